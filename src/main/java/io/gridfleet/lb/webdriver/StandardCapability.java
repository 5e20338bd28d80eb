package io.gridfleet.lb.webdriver;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A capability that the W3C names (WebDriver, "Capabilities"; BiDi): its name and its type. */
record StandardCapability(String name, String expected, Predicate<Object> type) {
  private static final Set<String> STRATEGIES = Set.of("none", "eager", "normal");

  private static final Set<String> PROMPT_BEHAVIORS =
      Set.of("dismiss", "accept", "dismiss and notify", "accept and notify", "ignore");

  private static final Map<String, StandardCapability> ALL =
      Stream.of(
              bool("acceptInsecureCerts"),
              text("browserName"),
              text("browserVersion"),
              new StandardCapability(
                  "pageLoadStrategy",
                  "one of 'none', 'eager', 'normal'",
                  value -> value instanceof String text && STRATEGIES.contains(text)),
              text("platformName"),
              new StandardCapability("proxy", "an object", Map.class::isInstance),
              bool("setWindowRect"),
              bool("strictFileInteractability"),
              new StandardCapability(
                  "timeouts",
                  "an object of milliseconds (integers, 0 or more)",
                  StandardCapability::areTimeouts),
              new StandardCapability(
                  "unhandledPromptBehavior",
                  "one of 'dismiss', 'accept', 'dismiss and notify', 'accept and notify',"
                      + " 'ignore', or an object of them",
                  StandardCapability::isPromptBehavior),
              text("userAgent"),
              bool("webSocketUrl"))
          .collect(Collectors.toUnmodifiableMap(StandardCapability::name, Function.identity()));

  static Optional<StandardCapability> of(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** The standard name that differs from this one only in case. */
  static Optional<String> spelledAlike(String name) {
    return ALL.keySet().stream().filter(name::equalsIgnoreCase).findFirst();
  }

  /**
   * Checks the type of a value.
   *
   * @throws ProtocolException with {@code invalid argument} for another type
   */
  void check(Object value) {
    if (!type.test(value)) {
      throw ProtocolException.invalidArgument(
          "The capability '%s' must be %s, not %s"
              .formatted(name, expected, JsonType.of(value) + like(value)));
    }
  }

  /** A short text of the wrong kind is shown in the error. */
  private static String like(Object value) {
    return value instanceof String text && text.length() <= 40 ? " such as '" + text + "'" : "";
  }

  private static StandardCapability text(String name) {
    return new StandardCapability(name, "a string", String.class::isInstance);
  }

  private static StandardCapability bool(String name) {
    return new StandardCapability(name, "a boolean", Boolean.class::isInstance);
  }

  private static boolean areTimeouts(Object value) {
    return value instanceof Map<?, ?> map
        && map.entrySet().stream()
            .allMatch(
                entry ->
                    isDuration(entry.getValue())
                        || ("script".equals(entry.getKey()) && entry.getValue() == null));
  }

  private static boolean isDuration(@Nullable Object value) {
    if (!(value instanceof Number number)) {
      return false;
    }
    double given = number.doubleValue();
    boolean whole = !(number instanceof BigDecimal) || given == Math.rint(given);
    // The specification's largest safe integer.
    return whole && given >= 0 && given <= (double) ((1L << 53) - 1);
  }

  private static boolean isPromptBehavior(Object value) {
    return value instanceof Map<?, ?> map
        ? PROMPT_BEHAVIORS.containsAll(map.values())
        : value instanceof String text && PROMPT_BEHAVIORS.contains(text);
  }
}
