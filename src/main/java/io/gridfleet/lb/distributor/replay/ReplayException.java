package io.gridfleet.lb.distributor.replay;

/** A question that gets no answer; the message is for people. */
public final class ReplayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why there is no answer. */
  public enum Reason {
    /** The question can't be answered with the devices of the lab. */
    INVALID,
    /** Another replay is running. */
    BUSY,
    /** It took too long. */
    TOO_LONG,
    /** The server is stopping. */
    STOPPED
  }

  ReplayException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
