package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Optional;

/**
 * A stored lock, as seen by others than its holder.
 *
 * @param kind the kind of its holder
 * @param since when it was taken, by the store's clock
 * @param expires when it expires; empty for a lock that lasts as long as its session
 * @param tenant the tenant of its session, if known
 * @param purpose what its session is for, if known
 */
public record HeldLock(
    DeviceLock lock,
    Kind kind,
    Instant since,
    Optional<Instant> expires,
    Optional<String> tenant,
    Purpose purpose) {

  /** Creates a lock without a known tenant. */
  public HeldLock(DeviceLock lock, Kind kind, Instant since, Optional<Instant> expires) {
    this(lock, kind, since, expires, Optional.empty(), Purpose.UNKNOWN);
  }

  /** The test and the run of a session. */
  public record Purpose(Optional<String> testName, Optional<String> run) {
    public static final Purpose UNKNOWN = new Purpose(Optional.empty(), Optional.empty());
  }

  /** The kinds of holders. */
  public enum Kind {
    /** A session is being created; the lock expires unless its replica renews it. */
    ATTEMPT,
    /** A session is live. */
    SESSION,
    /**
     * A session has ended and is being deleted on its node; after the expiry another replica takes
     * that over.
     */
    ENDING,
    /** An operator locked the device. */
    OPERATOR
  }
}
