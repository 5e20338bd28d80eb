package io.gridfleet.lb.newsession.failure;

import com.google.re2j.Pattern;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One row of the {@link FailureTable}: an answer that a node is known to give, and whose fault it
 * is. A part that is empty fits everything.
 *
 * @param label one word of a bounded set for metrics, in snake case; people read it with blanks
 * @param status the HTTP status
 * @param error the W3C error, such as {@code session not created}
 * @param text is looked for anywhere in the error's message
 * @param source where the answer was found: repository and file, or who configured it
 */
public record FailureRule(
    Fault fault,
    String label,
    OptionalInt status,
    Optional<String> error,
    Optional<Pattern> text,
    String source) {

  /** Whose fault an answer is. */
  public enum Fault {
    /** No device would take this request. */
    REQUEST,
    /** Nothing to do with the request: the device is avoided. */
    DEVICE,
    /** This device doesn't take this request, another may; it isn't avoided at once. */
    UNSURE
  }

  boolean fits(int answered, String named, String message) {
    return status.stream().allMatch(expected -> expected == answered)
        && error.stream().allMatch(named::equalsIgnoreCase)
        && text.stream().allMatch(pattern -> pattern.matcher(message).find());
  }
}
