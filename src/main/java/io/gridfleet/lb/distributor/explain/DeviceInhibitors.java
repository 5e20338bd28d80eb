package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.DeviceView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Describes the inhibitors of a device at one instant. Works without the distributor's lock. */
final class DeviceInhibitors {
  private DeviceInhibitors() {}

  /** Returns the view of a device for REST and metrics, with all names. */
  static DeviceView view(DeviceSnapshot device, Instant now) {
    return new DeviceView(
        device.device(),
        of(device, device.reservedBy(), Optional.empty(), now),
        device.held(),
        device.reservedBy());
  }

  /**
   * Returns the inhibitors of the device for a request of this run, or of none.
   *
   * @param reader the tenant that reads them: runs and sessions of others aren't named; empty for a
   *     reader of everything
   */
  static List<Inhibitor> of(
      DeviceSnapshot device, Optional<String> run, Optional<String> reader, Instant now) {
    List<Inhibitor> found = new ArrayList<>();
    if (!run.equals(device.reservedBy())) {
      found.add(Inhibitor.of(Kind.RESERVED, reserved(device, reader)));
    }
    outOfService(device.service(), found);
    resting(device.rest(), now, found);
    if (!device.free()) {
      found.add(locked(device, reader, now));
    }
    return found;
  }

  private static void outOfService(DeviceSnapshot.Service service, List<Inhibitor> found) {
    if (service.maintenance() != null) {
      found.add(Inhibitor.of(Kind.MAINTENANCE, service.maintenance()));
    }
    if (service.draining()) {
      found.add(Inhibitor.of(Kind.DRAINING));
    }
    if (service.offline() != null) {
      found.add(Inhibitor.of(Kind.OFFLINE, service.offline()));
    }
  }

  private static void resting(DeviceSnapshot.Rest rest, Instant now, List<Inhibitor> found) {
    Instant cooling = rest.coolingUntil();
    if (cooling != null && now.isBefore(cooling)) {
      found.add(Inhibitor.until(Kind.COOLING_DOWN, "", cooling));
    }
    Instant avoided = rest.avoidedUntil();
    if (avoided != null && now.isBefore(avoided)) {
      found.add(Inhibitor.until(Kind.AVOIDED, rest.avoidedFor(), avoided));
    }
  }

  private static String reserved(DeviceSnapshot device, Optional<String> reader) {
    if (device.reservedBy().isEmpty()) {
      return "not in this run";
    }
    return reader.isPresent() ? "" : "run " + device.reservedBy().get();
  }

  private static Inhibitor locked(DeviceSnapshot device, Optional<String> reader, Instant now) {
    return device.held().stream()
        .min((one, other) -> one.since().compareTo(other.since()))
        .map(lock -> Inhibitor.since(Kind.LOCKED, lockedBy(lock, reader, now), lock.since()))
        .orElseGet(() -> Inhibitor.of(Kind.LOCKED, "just now"));
  }

  private static String lockedBy(HeldLock lock, Optional<String> reader, Instant now) {
    String duration = "for " + readable(Duration.between(lock.since(), now));
    boolean foreign =
        lock.kind() == HeldLock.Kind.SESSION && reader.isPresent() && !lock.tenant().equals(reader);
    return foreign ? duration : duration + ", " + whose(lock);
  }

  private static String whose(HeldLock lock) {
    return switch (lock.kind()) {
      case ATTEMPT -> "a session is starting";
      case SESSION -> "by " + session(lock);
      case ENDING -> "by a session that is ending";
      case OPERATOR -> "by " + lock.lock().holder();
    };
  }

  /** The test or the tenant of a session, and its run, say more to people than its id. */
  private static String session(HeldLock lock) {
    HeldLock.Purpose purpose = lock.purpose();
    String name = purpose.testName().or(lock::tenant).orElse(lock.lock().holder());
    return name + purpose.run().map(run -> " in run " + run).orElse("");
  }

  private static String readable(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
  }
}
