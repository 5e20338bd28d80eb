package io.gridfleet.lb.session;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.SessionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An expired lock of a dead replica; its node may hold a session that isn't recorded.
 *
 * @param lock its holder is the attempt's idempotency key, or the id of the session that ended
 * @param kind {@code ATTEMPT} or {@code ENDING}
 * @param since when the lock was taken, by the store's clock
 * @param expired when it expired, by the store's clock
 * @param overdue how long ago that was when it was claimed
 * @param limits those of an attempt's session; empty if an older program locked it
 */
public record ExpiredLock(
    DeviceLock lock,
    Kind kind,
    Instant since,
    Instant expired,
    Duration overdue,
    Optional<SessionLimits> limits) {

  /** Creates an expired lock without limits that was claimed at once. */
  public ExpiredLock(DeviceLock lock, Kind kind, Instant since, Instant expired) {
    this(lock, kind, since, expired, Duration.ZERO, Optional.empty());
  }
}
