package io.gridfleet.lb.run;

import java.util.Optional;
import java.util.UUID;

/** The id of a run, a lower-case UUID (rest.md#ids-and-times). */
public record RunId(String value) {

  public static RunId random() {
    return new RunId(UUID.randomUUID().toString());
  }

  /** Returns the id in its normal form; empty if the text is no UUID. */
  public static Optional<RunId> parse(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      return text.length() == 36 ? Optional.of(new RunId(uuid.toString())) : Optional.empty();
    } catch (IllegalArgumentException notAUuid) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
