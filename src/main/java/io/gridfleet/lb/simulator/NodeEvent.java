package io.gridfleet.lb.simulator;

/**
 * Something that a simulated node saw or did.
 *
 * @param sessionId empty where no session is concerned
 * @param udid empty where no device is named
 * @param detail method and path, an error text, or a close code
 * @param nanos when, as {@link System#nanoTime} has it
 */
public record NodeEvent(Kind kind, String sessionId, String udid, String detail, long nanos) {

  /** What a node can see or do. */
  public enum Kind {
    /** A probe was answered. */
    STATUS,
    /** A session lives from here on. */
    CREATED,
    /** A new session request got an error. */
    REFUSED,
    /** A new session was asked of a device that is full; it is refused as well. */
    CLASHED,
    /** An answer was given again for a known idempotency key. */
    REPLAYED,
    /** A client deleted the session. */
    DELETED,
    /** {@code newCommandTimeout} went by. */
    EXPIRED,
    /** The session went without a word. */
    FORGOTTEN,
    /** The session went with its node. */
    DIED,
    /** A command for a live session arrived. */
    COMMAND,
    /** A command for a session that does not live here arrived. */
    UNKNOWN_SESSION,
    /** A fault was played. */
    FAULT,
    /** The peer closed its connection before it had its answer. */
    CLIENT_LEFT,
    SOCKET_OPENED,
    SOCKET_CLOSED
  }
}
