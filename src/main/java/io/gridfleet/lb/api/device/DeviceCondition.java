package io.gridfleet.lb.api.device;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import java.util.List;
import java.util.Locale;

/** The state of a device in one word, in the order of precedence. */
public enum DeviceCondition {
  MAINTENANCE,
  OFFLINE,
  LOCKED,
  BUSY,
  AVOIDED,
  RESERVED,
  FREE;

  public static DeviceCondition of(
      List<Inhibitor> inhibitors, List<HeldLock> locks, boolean reserved) {
    if (has(inhibitors, Inhibitor.Kind.MAINTENANCE)) {
      return MAINTENANCE;
    }
    if (has(inhibitors, Inhibitor.Kind.OFFLINE) || has(inhibitors, Inhibitor.Kind.DRAINING)) {
      return OFFLINE;
    }
    if (!locks.isEmpty()) {
      return locks.stream().allMatch(DeviceCondition::isOperators) ? LOCKED : BUSY;
    }
    if (has(inhibitors, Inhibitor.Kind.AVOIDED)) {
      return AVOIDED;
    }
    return reserved ? RESERVED : FREE;
  }

  private static boolean has(List<Inhibitor> inhibitors, Inhibitor.Kind kind) {
    return inhibitors.stream().anyMatch(found -> found.kind() == kind);
  }

  private static boolean isOperators(HeldLock lock) {
    return lock.kind() == HeldLock.Kind.OPERATOR;
  }

  /** Returns the word of the API. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
