package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A seat at one moment, and what hinders it in words. Immutable: it is copied under the
 * distributor's lock and read without it.
 *
 * @param free whether it has a slot for a request that waits here
 */
record SeatState(
    int index,
    Device device,
    List<HeldLock> held,
    boolean free,
    Optional<String> reservedBy,
    Service service,
    Rest rest) {

  /** Why it is out of service; null where it isn't. */
  record Service(@Nullable String offline, @Nullable String maintenance, boolean draining) {}

  /** Until when it serves nobody, or comes last; null where it doesn't. */
  record Rest(@Nullable Instant coolingUntil, @Nullable Instant avoidedUntil, String avoidedFor) {}

  SeatView view(Instant now) {
    return new SeatView(device, inhibitors(reservedBy, Optional.empty(), now), held, reservedBy);
  }

  /**
   * What hinders the device, for a request of this run, or of none.
   *
   * @param reader the tenant that reads it: runs and sessions of others aren't named; empty for one
   *     that may read everything
   */
  List<Inhibitor> inhibitors(Optional<String> run, Optional<String> reader, Instant now) {
    List<Inhibitor> found = new ArrayList<>();
    if (!run.equals(reservedBy)) {
      found.add(Inhibitor.of(Kind.RESERVED, reserved(reader)));
    }
    if (service.maintenance() != null) {
      found.add(Inhibitor.of(Kind.MAINTENANCE, service.maintenance()));
    }
    if (service.draining()) {
      found.add(Inhibitor.of(Kind.DRAINING));
    }
    if (service.offline() != null) {
      found.add(Inhibitor.of(Kind.OFFLINE, service.offline()));
    }
    Instant cooling = rest.coolingUntil();
    if (cooling != null && now.isBefore(cooling)) {
      found.add(Inhibitor.until(Kind.COOLING_DOWN, "", cooling));
    }
    Instant avoided = rest.avoidedUntil();
    if (avoided != null && now.isBefore(avoided)) {
      found.add(Inhibitor.until(Kind.AVOIDED, rest.avoidedFor(), avoided));
    }
    if (!free) {
      found.add(locked(reader, now));
    }
    return found;
  }

  private String reserved(Optional<String> reader) {
    if (reservedBy.isEmpty()) {
      return "not in this run";
    }
    return reader.isPresent() ? "" : "run " + reservedBy.get();
  }

  private Inhibitor locked(Optional<String> reader, Instant now) {
    return held.stream()
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
      case SESSION -> "by " + lock.lock().holder();
      case ENDING -> "by a session that is ending";
      case OPERATOR -> "by " + lock.lock().holder();
    };
  }

  private static String readable(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
  }
}
