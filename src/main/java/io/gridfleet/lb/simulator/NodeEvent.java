package io.gridfleet.lb.simulator;

/**
 * An event of a simulated node.
 *
 * @param sessionId empty where no session is concerned
 * @param udid empty where no device is named
 * @param detail method and path, an error text, or a close code
 * @param nanos the time of {@link System#nanoTime}
 */
public record NodeEvent(Kind kind, String sessionId, String udid, String detail, long nanos) {

  /** The kinds of events. */
  public enum Kind {
    /** A probe was answered. */
    STATUS,
    /** A session was created. */
    CREATED,
    /** A new session request got an error. */
    REFUSED,
    /** A new session was requested on a device without a free slot; it is refused as well. */
    CLASHED,
    /** An answer was replayed for a known idempotency key. */
    REPLAYED,
    /** A client deleted the session. */
    DELETED,
    /** {@code newCommandTimeout} expired. */
    EXPIRED,
    /** The session was removed without notice. */
    FORGOTTEN,
    /** The session ended with its node. */
    DIED,
    /** A command for a live session arrived. */
    COMMAND,
    /** A command for an unknown session arrived. */
    UNKNOWN_SESSION,
    /** A fault was injected. */
    FAULT,
    /** The peer closed its connection before it had its answer. */
    CLIENT_LEFT,
    SOCKET_OPENED,
    SOCKET_CLOSED
  }
}
