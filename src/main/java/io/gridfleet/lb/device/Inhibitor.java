package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * One reason why a device can't serve a request now.
 *
 * @param detail who, what or why, for people; may be empty
 * @param until when it ends by itself, if that is known
 * @param since since when it stands, where that says more than the rest
 */
public record Inhibitor(
    Kind kind, String detail, Optional<Instant> until, Optional<Instant> since) {

  /** The reasons, in the order in which they are told (glossary.md#inhibitors). */
  public enum Kind {
    NOT_MATCHING("not matching"),
    OTHER_TENANT("not this tenant's"),
    RESERVED("reserved by another run"),
    MAINTENANCE("maintenance"),
    DRAINING("draining"),
    OFFLINE("offline"),
    COOLING_DOWN("cooling down"),
    AVOIDED("avoided"),
    LOCKED("locked");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** What people read. */
    public String words() {
      return words;
    }

    /** What programs read in {@code value.data} and the REST bodies. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Inhibitor of(Kind kind) {
    return new Inhibitor(kind, "", Optional.empty(), Optional.empty());
  }

  public static Inhibitor of(Kind kind, String detail) {
    return new Inhibitor(kind, detail, Optional.empty(), Optional.empty());
  }

  public static Inhibitor until(Kind kind, String detail, Instant until) {
    return new Inhibitor(kind, detail, Optional.of(until), Optional.empty());
  }

  public static Inhibitor since(Kind kind, String detail, Instant since) {
    return new Inhibitor(kind, detail, Optional.empty(), Optional.of(since));
  }
}
