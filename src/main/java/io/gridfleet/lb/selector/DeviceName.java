package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads a {@code udid} capability, which names one device or is a selector itself
 * (selectors.md#names-of-devices). Names have precedence over selectors, because serials of adb
 * over TCP contain a colon.
 */
final class DeviceName {
  private static final List<String> NAMES = List.of("udid", "serial", "device_id", "id");
  private static final List<String> HOSTS = List.of("host", "hostname", "node");

  private DeviceName() {}

  /** The device whose udid, serial or id this is, or whose {@code id@host} it is. */
  static Clause named(String text) {
    String name = text.strip();
    List<Clause> ways = new ArrayList<>();
    ways.add(anyOf(NAMES, name));
    int at = name.lastIndexOf('@');
    if (at > 0 && at < name.length() - 1) {
      ways.add(
          Clause.all(
              List.of(anyOf(NAMES, name.substring(0, at)), anyOf(HOSTS, name.substring(at + 1)))));
    }
    return Clause.any(ways);
  }

  static Selector resolve(
      String text, Predicate<Selector> someDevice, Collection<String> knownKeys) {
    Selector named = Selector.of(named(text));
    return !someDevice.test(named) && looksLikeSelector(text, knownKeys)
        ? Selector.parse(text)
        : named;
  }

  private static Clause anyOf(List<String> keys, String text) {
    return Clause.any(
        keys.stream()
            .map(key -> (Clause) new Clause.Term(key, Conditions.exact(key, text)))
            .toList());
  }

  /** JSON, or a first key that is known before its colon. */
  private static boolean looksLikeSelector(String text, Collection<String> knownKeys) {
    if (JsonForm.looksLike(text)) {
      return true;
    }
    Scanner in = new Scanner(text);
    do {
      in.blanks();
    } while (in.take("(") || in.take("-") || in.take("!") || in.keyword("NOT"));
    String key = CaseFolding.text(in.key());
    in.blanks();
    return in.take(":") && (Keys.known(key) || knownKeys.contains(key));
  }
}
