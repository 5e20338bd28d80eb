package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Optional;

/**
 * A lock as the store tells it to those who don't hold it.
 *
 * @param kind what it is held for
 * @param since when it was taken, by the store's clock
 * @param expires when it ends by itself; empty for one that stands as long as its session
 * @param tenant whose session it is held for, where that is known
 */
public record HeldLock(
    DeviceLock lock, Kind kind, Instant since, Optional<Instant> expires, Optional<String> tenant) {

  /** One of which it isn't known whose it is, or that is nobody's session. */
  public HeldLock(DeviceLock lock, Kind kind, Instant since, Optional<Instant> expires) {
    this(lock, kind, since, expires, Optional.empty());
  }

  /** What a lock is held for. */
  public enum Kind {
    /** A session is being created; the lock expires unless its replica renews it. */
    ATTEMPT,
    /** A session stands. */
    SESSION,
    /** A session has ended here and is being deleted on its node; others take that over in time. */
    ENDING,
    /** An operator took the device by hand. */
    OPERATOR
  }
}
