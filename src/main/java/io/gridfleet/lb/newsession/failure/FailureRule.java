package io.gridfleet.lb.newsession.failure;

import com.google.re2j.Pattern;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One row of the {@link FailureTable}: a known answer of nodes, and whose fault it is. An empty
 * part matches everything.
 *
 * @param label one of a bounded set of labels for metrics, in snake case; displayed with blanks
 * @param status the HTTP status
 * @param error the W3C error, such as {@code session not created}
 * @param text searched for anywhere in the error's message
 * @param source where the answer was found: repository and file, or the configuration
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
    /** Every device would refuse this request. */
    REQUEST,
    /** Unrelated to the request: the device is avoided. */
    DEVICE,
    /** Another device may accept this request; this one isn't avoided at once. */
    UNSURE
  }

  boolean fits(int answered, String named, String message) {
    return status.stream().allMatch(expected -> expected == answered)
        && error.stream().allMatch(named::equalsIgnoreCase)
        && text.stream().allMatch(pattern -> pattern.matcher(message).find());
  }
}
