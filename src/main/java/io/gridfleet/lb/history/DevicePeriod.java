package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A time in which something was the case with a device. Times are the store's.
 *
 * @param id the same for the begin and the end of a session; otherwise chosen at the begin
 * @param until the end that was known when it began, of those that end by themselves
 */
public record DevicePeriod(
    String id,
    NamedDevice device,
    Kind kind,
    Instant began,
    Optional<Instant> ended,
    Optional<Instant> until,
    Labels labels) {

  /** Of a kind but the first two a device has at most one that hasn't ended. */
  public enum Kind {
    SESSION,
    FAILED_ATTEMPT,
    AVOIDED,
    COOLDOWN,
    MAINTENANCE,
    OFFLINE,
    RESERVATION,
    OPERATOR_LOCK;

    /** Returns the form in REST bodies. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A device as it was then. */
  public record NamedDevice(DeviceId id, String name, String platform) {}

  /**
   * Whose it was, and why.
   *
   * @param who the session, request, run and tenant, as far as there are any
   * @param cause a short text; of a failed attempt one of a bounded set of codes
   * @param text more about it, such as the node's own words; may be empty
   * @param by who began and ended it
   */
  public record Labels(Who who, String cause, String text, Actors by) {
    private static final int MAX_CAUSE = 256;
    private static final int MAX_TEXT = 2_048;

    public Labels {
      cause = bounded(cause, MAX_CAUSE);
      text = bounded(text, MAX_TEXT);
    }

    public Labels(Who who, String cause, String text) {
      this(who, cause, text, Actors.NOBODY);
    }

    private static String bounded(String text, int most) {
      return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
  }

  /** Who began and who ended a period, if somebody did. */
  public record Actors(Optional<String> began, Optional<String> ended) {
    public static final Actors NOBODY = new Actors(Optional.empty(), Optional.empty());
  }

  /** The session, request, run and tenant that a period concerns. */
  public record Who(
      Optional<String> session,
      Optional<String> request,
      Optional<String> run,
      Optional<String> tenant) {
    public static final Who NOBODY =
        new Who(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
