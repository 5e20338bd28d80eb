package io.gridfleet.lb.api.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;

/** The parameters of a query string. Faults are collected until {@link #check}. */
public final class QueryParameters {
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final ValidationErrors problems = new ValidationErrors();

  public QueryParameters(String raw) {
    for (String pair : raw.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        values.computeIfAbsent(decoded(name), key -> new ArrayList<>()).add(decoded(value));
      }
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException broken) {
      throw ValidationErrors.one("value_error", List.of("query"), "Broken percent-encoding", text);
    }
  }

  public Optional<String> text(String name) {
    List<String> found = values.getOrDefault(name, List.of());
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
  }

  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** Returns the parameters below a prefix: {@code tags.team=a} is {@code team → a}. */
  public Map<String, String> under(String prefix) {
    Map<String, String> found = new LinkedHashMap<>();
    values.forEach(
        (name, list) -> {
          if (name.startsWith(prefix) && name.length() > prefix.length()) {
            found.put(name.substring(prefix.length()), list.get(list.size() - 1));
          }
        });
    return found;
  }

  public Optional<String> oneOf(String name, Set<String> allowed) {
    return text(name).filter(value -> allowed.contains(value) || notAllowed(name, value, allowed));
  }

  private boolean notAllowed(String name, String value, Set<String> allowed) {
    String expected = String.join("', '", new TreeSet<>(allowed));
    problems.add(
        "literal_error",
        List.of("query", name),
        "Input should be '" + expected + "'",
        value,
        Map.of("expected", "'" + expected + "'"));
    return false;
  }

  public Optional<String> uuid(String name) {
    return text(name).flatMap(value -> parsedUuid(value, name));
  }

  private Optional<String> parsedUuid(String value, String name) {
    Optional<String> uuid = normalUuid(value);
    if (uuid.isEmpty()) {
      problems.add("uuid_parsing", List.of("query", name), "Input should be a valid UUID", value);
    }
    return uuid;
  }

  /** Returns the UUID in lower case; empty if the text is none. */
  static Optional<String> normalUuid(String value) {
    try {
      return value.length() == 36
          ? Optional.of(UUID.fromString(value).toString())
          : Optional.empty();
    } catch (IllegalArgumentException notOne) {
      return Optional.empty();
    }
  }

  public Optional<Boolean> bool(String name) {
    return text(name)
        .flatMap(
            value ->
                switch (value.toLowerCase(Locale.ROOT)) {
                  case "true", "1", "yes", "on" -> Optional.of(true);
                  case "false", "0", "no", "off" -> Optional.of(false);
                  default -> {
                    problems.add(
                        "bool_parsing",
                        List.of("query", name),
                        "Input should be a valid boolean, unable to interpret input",
                        value);
                    yield Optional.empty();
                  }
                });
  }

  public Optional<Integer> number(String name, int least, int most) {
    return text(name).flatMap(value -> parsedNumber(name, value, least, most));
  }

  private Optional<Integer> parsedNumber(String name, String value, int least, int most) {
    int number;
    try {
      number = Integer.parseInt(value);
    } catch (NumberFormatException notOne) {
      problems.add(
          "int_parsing",
          List.of("query", name),
          "Input should be a valid integer, unable to parse string as an integer",
          value);
      return Optional.empty();
    }
    if (number < least) {
      problems.add(
          "greater_than_equal",
          List.of("query", name),
          "Input should be greater than or equal to " + least,
          value,
          Map.of("ge", least));
    } else if (number > most) {
      problems.add(
          "less_than_equal",
          List.of("query", name),
          "Input should be less than or equal to " + most,
          value,
          Map.of("le", most));
    }
    return Optional.of(number);
  }

  /** Returns a time; one without an offset is UTC. */
  public Optional<Instant> time(String name) {
    return text(name)
        .flatMap(
            value -> {
              Optional<Instant> read = instant(value);
              if (read.isEmpty()) {
                problems.add(
                    "datetime_from_date_parsing",
                    List.of("query", name),
                    "Input should be a valid datetime or date",
                    value);
              }
              return read;
            });
  }

  /** Returns the instant of a text; empty if it is none. */
  static Optional<Instant> instant(String text) {
    try {
      return Optional.of(OffsetDateTime.parse(text.replace(' ', '+')).toInstant());
    } catch (DateTimeParseException noOffset) {
      return local(text);
    }
  }

  private static Optional<Instant> local(String text) {
    try {
      return Optional.of(LocalDateTime.parse(text).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException broken) {
      return Optional.empty();
    }
  }

  /** Returns a parameter that this server made; another one is a fault. */
  public <T> Optional<T> opaque(String name, Function<String, Optional<T>> reader) {
    Optional<String> given = text(name).filter(value -> !value.isEmpty());
    Optional<T> read = given.flatMap(reader);
    if (given.isPresent() && read.isEmpty()) {
      problems.add(
          "value_error",
          List.of("query", name),
          "Input should be a value from an answer",
          given.get());
    }
    return read;
  }

  /** Fails with 422 if a fault was found. Called after the last parameter is read. */
  public void check() {
    problems.throwIfAny();
  }
}
