package io.gridfleet.lb.newsession.capabilities;

import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The {@code gridfleet:} capabilities of all candidates of one request: names are case-insensitive,
 * with or without the {@code appium:} that some clients prepend. The first candidate with a name
 * counts.
 */
final class GridfleetCapabilities {
  static final String PREFIX = "gridfleet:";
  private static final String APPIUM = "appium:";

  /** The known names; {@link #FAMILIES} are prefixes of further ones. */
  static final List<String> NAMES =
      List.of(
          "selector",
          "waitForDeviceOnlineTimeout",
          "newCommandTimeout",
          "requestTimeout",
          "newSessionRequestProgress",
          "retryNewSessionFailure",
          "deviceStrategy",
          "ignoreFailedDevices",
          "ignoreFailedDevice",
          "skipVendorPrefixDirectconnect",
          "directConnect",
          "priority",
          "testName",
          "run_id",
          "deviceId");

  static final List<String> FAMILIES = List.of("tag:", "group:");

  private final List<Capabilities> candidates;

  GridfleetCapabilities(List<Capabilities> candidates) {
    this.candidates = candidates;
  }

  /** Returns the name without the prefix; null if it isn't a {@code gridfleet:} capability. */
  static @Nullable String ours(String name) {
    String rest = startsWith(name, APPIUM) ? name.substring(APPIUM.length()) : name;
    return startsWith(rest, PREFIX) ? rest.substring(PREFIX.length()) : null;
  }

  private static boolean startsWith(String name, String prefix) {
    return name.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  /** Returns unknown {@code gridfleet:} names, each with a suggestion. */
  List<String> unknown() {
    List<String> found = new ArrayList<>();
    for (Capabilities candidate : candidates) {
      for (String name : candidate.names()) {
        String ours = ours(name);
        if (ours != null && !known(ours)) {
          found.add(Refusals.shown(name) + nearest(ours));
        }
      }
    }
    return found.stream().distinct().toList();
  }

  private static boolean known(String ours) {
    return NAMES.stream().anyMatch(ours::equalsIgnoreCase)
        || FAMILIES.stream().anyMatch(family -> startsWith(ours, family));
  }

  private static String nearest(String ours) {
    List<String> near = Selector.nearestKeys(ours, NAMES);
    return near.isEmpty() ? "" : " (did you mean " + PREFIX + near.get(0) + "?)";
  }

  @Nullable Object value(String name) {
    for (Capabilities candidate : candidates) {
      Object value = valueIn(candidate, name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  static @Nullable Object valueIn(Capabilities candidate, String name) {
    Object value = candidate.getIgnoringCase(PREFIX + name);
    return value != null ? value : candidate.getIgnoringCase(APPIUM + PREFIX + name);
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(value(name)).map(Object::toString).filter(text -> !text.isBlank());
  }

  boolean bool(String name, boolean otherwise) {
    Object value = value(name);
    return value == null
        ? otherwise
        : Capabilities.of(Map.of(PREFIX + name, value)).bool(PREFIX + name).orElse(otherwise);
  }

  Optional<Double> number(String name) {
    Object value = value(name);
    return value == null
        ? Optional.empty()
        : Capabilities.of(Map.of(PREFIX + name, value)).number(PREFIX + name);
  }

  /** Returns a time in seconds; refuses negative ones. */
  Optional<Duration> seconds(String name) {
    return number(name).map(seconds -> duration(PREFIX + name, seconds));
  }

  /**
   * Returns {@code newCommandTimeout} in any of its spellings, {@code gridfleet:} first; may be 0.
   */
  Optional<Duration> newCommandTimeout() {
    Optional<Duration> ours = seconds("newCommandTimeout");
    return ours.isPresent()
        ? ours
        : appium("newCommandTimeout").map(GridfleetCapabilities::asSeconds);
  }

  private static Duration asSeconds(Object value) {
    return duration(
        "newCommandTimeout",
        Capabilities.of(Map.of("newCommandTimeout", value))
            .number("newCommandTimeout")
            .orElse(0.0));
  }

  private static Duration duration(String name, double seconds) {
    // A year: larger values are milliseconds by mistake.
    if (seconds < 0 || seconds > 31_536_000) {
      throw ProtocolException.invalidArgument(
          "The capability '%s' must be a number of seconds from 0 on".formatted(name));
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  /**
   * Returns an Appium capability of the first candidate that has it, also in {@code
   * appium:options}.
   */
  Optional<Object> appium(String name) {
    return candidates.stream()
        .map(candidate -> appiumIn(candidate, name))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * Returns an Appium capability of one candidate; {@code appium:options} has precedence, as in
   * Appium.
   */
  static Optional<Object> appiumIn(Capabilities candidate, String name) {
    Object options = candidate.getIgnoringCase("appium:options");
    if (options instanceof Map<?, ?>) {
      Capabilities members = candidate.nested("appium:options");
      Object inOptions = first(members, APPIUM + name, name);
      if (inOptions != null) {
        return Optional.of(inOptions);
      }
    }
    return Optional.ofNullable(first(candidate, APPIUM + name, name));
  }

  private static @Nullable Object first(Capabilities members, String name, String other) {
    Object value = members.getIgnoringCase(name);
    return value != null ? value : members.getIgnoringCase(other);
  }

  /** Returns the tags that one candidate requests, in all three spellings. */
  static Map<String, String> tagsIn(Capabilities candidate) {
    Map<String, String> tags = new TreeMap<>();
    for (String name : candidate.names()) {
      String ours = ours(name);
      if (ours != null && ours.toLowerCase(Locale.ROOT).startsWith("tag:")) {
        tags.put(ours.substring("tag:".length()), String.valueOf(candidate.get(name)));
      }
    }
    return tags;
  }

  /** Returns the groups that one candidate requests. */
  static List<String> groupsIn(Capabilities candidate) {
    List<String> groups = new ArrayList<>();
    for (String name : candidate.names()) {
      String ours = ours(name);
      if (ours != null && ours.toLowerCase(Locale.ROOT).startsWith("group:")) {
        groups.add(ours.substring("group:".length()));
      }
    }
    return groups;
  }
}
