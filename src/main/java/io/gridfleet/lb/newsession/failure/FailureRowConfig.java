package io.gridfleet.lb.newsession.failure;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.newsession.failure.FailureRule.Fault;
import java.util.Optional;
import java.util.OptionalInt;

/** One row of the {@link FailureTable}, in the configuration and {@code known-failures.yaml}. */
public record FailureRowConfig(
    @Key(
            doc = "Looked for anywhere in the node's message: a regular expression without case.",
            example = "lab relay is off")
        Optional<String> text,
    @Key(doc = "The HTTP status of the answer.", example = "500") OptionalInt status,
    @Key(doc = "The W3C error of the answer.", example = "session not created")
        Optional<String> error,
    @Key(
            doc =
                "Whose fault it is: request (no repeat), device (avoided), unsure (another device).",
            example = "device")
        Fault fault,
    @Key(doc = "What metrics call it: snake case.", fallback = "configured") String label)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (text.isEmpty() && status.isEmpty() && error.isEmpty()) {
      complaints.at("", "needs a 'text', a 'status' or an 'error'");
    }
    if (!label.matches("[a-z][a-z0-9_]{0,39}")) {
      complaints.at("label", "must be snake case of at most 40 characters");
    }
    text.ifPresent(
        regex -> {
          try {
            pattern(regex);
          } catch (PatternSyntaxException e) {
            complaints.at("text", "must be a regular expression (RE2): " + e.getDescription());
          }
        });
  }

  /** Returns a row of the configuration. */
  public FailureRule rule() {
    return rule("configuration");
  }

  /**
   * Returns a row.
   *
   * @param source where the answer was found
   */
  FailureRule rule(String source) {
    return new FailureRule(
        fault, label, status, error, text.map(FailureRowConfig::pattern), source);
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  }
}
