package io.gridfleet.lb.webdriver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of capabilities: names and plain JSON values, in the order they came in. The
 * readers ({@link #text}, {@link #number}, {@link #bool}) match names without regard to case and
 * accept text: {@code "600"} is a number and {@code "true"} a boolean.
 */
public final class Capabilities {
  /** A number in JSON's form, also with a plus sign or leading zeros. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]{1,18}(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?");

  private static final Capabilities EMPTY = new Capabilities(Map.of());

  private final Map<String, Object> members;

  private Capabilities(Map<String, Object> members) {
    this.members = members;
  }

  public static Capabilities empty() {
    return EMPTY;
  }

  /** Copies deeply; null members are omitted, as in W3C capability processing. */
  public static Capabilities of(Map<String, ?> members) {
    Map<String, Object> copy = new LinkedHashMap<>();
    members.forEach(
        (name, value) -> {
          if (value != null) {
            copy.put(name, frozen(value));
          }
        });
    return copy.isEmpty() ? EMPTY : new Capabilities(Collections.unmodifiableMap(copy));
  }

  /** Returns whether the W3C allows this name: a standard name, or an extension with a colon. */
  public static boolean isName(String name) {
    return name.indexOf(':') >= 0 || StandardCapability.of(name).isPresent();
  }

  /** The value under exactly this name. */
  public @Nullable Object get(String name) {
    return members.get(name);
  }

  /** The value under this name; else under the first name that differs only in case. */
  public @Nullable Object getIgnoringCase(String name) {
    Object exact = members.get(name);
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<String, Object> member : members.entrySet()) {
      if (member.getKey().equalsIgnoreCase(name)) {
        return member.getValue();
      }
    }
    return null;
  }

  public boolean has(String name) {
    return members.containsKey(name);
  }

  public Set<String> names() {
    return members.keySet();
  }

  /** An unmodifiable view; nested maps and lists can't be modified either. */
  public Map<String, Object> asMap() {
    return members;
  }

  /** A scalar as text: strings as they are, numbers and booleans as JSON writes them. */
  public Optional<String> text(String name) {
    Object value = getIgnoringCase(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Map || value instanceof List) {
      throw wrong(name, "a string", value);
    }
    return Optional.of(value.toString());
  }

  /**
   * Returns a finite number, or a string that contains one.
   *
   * @throws ProtocolException if there is a value that is neither
   */
  public Optional<Double> number(String name) {
    Object value = getIgnoringCase(name);
    if (value == null) {
      return Optional.empty();
    }
    double number = Double.NaN;
    if (value instanceof Number given) {
      number = given.doubleValue();
    } else if (value instanceof String text) {
      number = parsed(text);
    }
    if (!Double.isFinite(number)) {
      throw wrong(name, "a number", value);
    }
    return Optional.of(number);
  }

  /**
   * A boolean, or the string {@code true} or {@code false} in any case.
   *
   * @throws ProtocolException if there is a value that is neither
   */
  public Optional<Boolean> bool(String name) {
    Object value = getIgnoringCase(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value instanceof Boolean given) {
      return Optional.of(given);
    }
    if (value instanceof String text) {
      if (text.strip().equalsIgnoreCase("true")) {
        return Optional.of(true);
      }
      if (text.strip().equalsIgnoreCase("false")) {
        return Optional.of(false);
      }
    }
    throw wrong(name, "true or false", value);
  }

  /** The members of a value that is an object itself, such as {@code appium:options}. */
  @SuppressWarnings("unchecked") // frozen maps come from JSON objects
  public Capabilities nested(String name) {
    Object value = getIgnoringCase(name);
    if (value == null) {
      return EMPTY;
    }
    if (value instanceof Map<?, ?> map) {
      return of((Map<String, Object>) map);
    }
    throw wrong(name, "an object", value);
  }

  /**
   * Returns these and one more; a member of the same name keeps its position and gets the new
   * value.
   */
  public Capabilities with(String name, Object value) {
    Map<String, Object> copy = new LinkedHashMap<>(members);
    copy.put(name, frozen(value));
    return new Capabilities(Collections.unmodifiableMap(copy));
  }

  /** Returns these and others; where both have a name, the other's value is used. */
  public Capabilities with(Capabilities others) {
    Map<String, Object> copy = new LinkedHashMap<>(members);
    copy.putAll(others.members);
    return new Capabilities(Collections.unmodifiableMap(copy));
  }

  public Capabilities without(Predicate<String> names) {
    Map<String, Object> copy = new LinkedHashMap<>(members);
    copy.keySet().removeIf(names);
    return new Capabilities(Collections.unmodifiableMap(copy));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Capabilities that && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  /** Names only: values may be secrets, and a log line must not carry them. */
  @Override
  public String toString() {
    return "Capabilities" + members.keySet();
  }

  private static double parsed(String text) {
    return NUMBER.matcher(text.strip()).matches() ? Double.parseDouble(text.strip()) : Double.NaN;
  }

  private static ProtocolException wrong(String name, String expected, Object value) {
    return ProtocolException.invalidArgument(
        "The capability '%s' must be %s, not %s".formatted(name, expected, JsonType.of(value)));
  }

  private static Object frozen(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((name, member) -> copy.put(String.valueOf(name), frozenOrNull(member)));
      return Collections.unmodifiableMap(copy);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      list.forEach(member -> copy.add(frozenOrNull(member)));
      return Collections.unmodifiableList(copy);
    }
    return value;
  }

  private static @Nullable Object frozenOrNull(@Nullable Object value) {
    return value == null ? null : frozen(value);
  }
}
