package io.gridfleet.lb.device;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A reason why a device can't serve a request now.
 *
 * @param detail text for people; may be empty
 * @param until when it ends by itself, if known
 * @param since since when it holds, where relevant
 */
public record Inhibitor(
    Kind kind, String detail, Optional<Instant> until, Optional<Instant> since) {

  /** The kinds, in the order in which they are reported (glossary.md#inhibitors). */
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

    /** Returns the text for people. */
    public String words() {
      return words;
    }

    /** Returns the code in {@code value.data} and REST bodies. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the kind and the detail, for people. */
  public String text() {
    return kind.words() + (detail.isEmpty() ? "" : " (" + detail + ")");
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
