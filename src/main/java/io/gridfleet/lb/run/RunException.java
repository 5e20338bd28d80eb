package io.gridfleet.lb.run;

import java.util.Map;

/** A command on runs that failed; nothing was changed. */
public final class RunException extends RuntimeException {

  /** The cause of the failure. */
  public enum Kind {
    UNKNOWN_RUN,
    UNKNOWN_DEVICE,
    /** The run's state doesn't allow the step; details name the event and the state. */
    ILLEGAL_TRANSITION,
    /** The run has ended. */
    TERMINAL,
    /** The run doesn't hold the device. */
    NOT_RESERVED,
    /** Not enough devices are free now. */
    SHORTAGE,
    /** A time is longer than the configuration allows a run's life. */
    TTL_TOO_LONG,
    /** A cooldown is longer than the configuration allows. */
    COOLDOWN_TOO_LONG,
    /** No such pack or platform, or none that takes new runs; details carry its code. */
    PLATFORM,
    /** A required text is blank. */
    BLANK,
    /** The device is not claimed, or by another worker. */
    NOT_CLAIMED,
    /** No device of the run can be claimed now. */
    NOTHING_CLAIMABLE
  }

  private final Kind kind;
  private final transient Map<String, Object> details;

  RunException(Kind kind, String message) {
    this(kind, message, Map.of());
  }

  RunException(Kind kind, String message, Map<String, Object> details) {
    super(message);
    this.kind = kind;
    this.details = details;
  }

  public static RunException unknown(RunId run) {
    return new RunException(Kind.UNKNOWN_RUN, "Run %s was not found".formatted(run));
  }

  static RunException illegal(Run run, String event) {
    return new RunException(
        Kind.ILLEGAL_TRANSITION,
        "Run %s is %s: '%s' is not possible".formatted(run.id(), run.state().code(), event),
        Map.of("event", event, "current_state", run.state().code()));
  }

  public Kind kind() {
    return kind;
  }

  /** Returns machine-readable details; may be empty. */
  public Map<String, Object> details() {
    return details;
  }
}
