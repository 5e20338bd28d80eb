package io.gridfleet.lb.webdriver;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * W3C "processing capabilities" up to the matching: validate each set, merge {@code alwaysMatch}
 * with each entry of {@code firstMatch}. Every error names the capability.
 */
final class CapabilityRules {
  /**
   * Appium names that appear without prefix in W3C capabilities (AppiumLB's page has them): read as
   * their extension names, because nodes refuse them without prefix.
   */
  private static final Set<String> BARE_NAMES_READ = Set.of("udid", "newCommandTimeout");

  private static final String APPIUM = "appium:";

  /** Each entry is compared with every device. */
  private static final int MAX_FIRST_MATCH = 64;

  /** Real sets have below fifty; each of {@code alwaysMatch} is copied for each candidate. */
  private static final int MAX_NAMES = 1000;

  private CapabilityRules() {}

  /** The candidates in the order of {@code firstMatch}; at least one. */
  static List<Capabilities> candidates(Map<String, Object> capabilities) {
    Capabilities always =
        validated(capabilities.getOrDefault("alwaysMatch", Map.of()), "alwaysMatch");
    List<Capabilities> candidates = new ArrayList<>();
    List<?> first = firstMatch(capabilities.getOrDefault("firstMatch", List.of()));
    for (int i = 0; i < first.size(); i++) {
      candidates.add(merged(always, validated(first.get(i), "firstMatch[" + i + "]"), i));
    }
    return List.copyOf(candidates);
  }

  /**
   * The member {@code capabilities} whose processing gives these merged sets in this order: common
   * members form {@code alwaysMatch}, the rest of each set its {@code firstMatch} entry (W3C: no
   * name may be in both). Equal sets become one entry.
   */
  static Map<String, Object> split(List<Map<String, Object>> sets) {
    Map<String, Object> always = new LinkedHashMap<>(sets.get(0));
    for (Map<String, Object> set : sets.subList(1, sets.size())) {
      always.entrySet().removeIf(member -> !member.getValue().equals(set.get(member.getKey())));
    }
    Set<Map<String, Object>> entries = new LinkedHashSet<>();
    for (Map<String, Object> set : sets) {
      Map<String, Object> entry = new LinkedHashMap<>(set);
      entry.keySet().removeAll(always.keySet());
      entries.add(entry);
    }
    Map<String, Object> capabilities = new LinkedHashMap<>();
    capabilities.put("alwaysMatch", always);
    capabilities.put("firstMatch", entries);
    return capabilities;
  }

  /** Legacy {@code desiredCapabilities} as one W3C candidate: other names get Appium's prefix. */
  static Capabilities converted(Map<String, Object> desired) {
    bound(desired, "desiredCapabilities");
    Map<String, Object> members = new LinkedHashMap<>();
    desired.forEach(
        (name, value) -> {
          if (value != null) {
            StandardCapability.of(name).ifPresent(standard -> standard.check(value));
            if (Capabilities.isName(name)) {
              members.put(name, value);
            } else {
              members.putIfAbsent(APPIUM + name, value);
            }
          }
        });
    return Capabilities.of(members);
  }

  /** An empty list is read as a missing one, as Appium does; the specification refuses it. */
  private static List<?> firstMatch(@Nullable Object given) {
    if (given instanceof List<?> list) {
      if (list.size() > MAX_FIRST_MATCH) {
        throw ProtocolException.invalidArgument(
            "'firstMatch' has %d entries; at most %d are accepted"
                .formatted(list.size(), MAX_FIRST_MATCH));
      }
      return list.isEmpty() ? List.of(Map.of()) : list;
    }
    throw ProtocolException.invalidArgument(
        "'firstMatch' must be a list of objects, not " + JsonType.of(given));
  }

  private static Capabilities validated(@Nullable Object given, String where) {
    if (!(given instanceof Map<?, ?> map)) {
      throw ProtocolException.invalidArgument(
          "'%s' must be an object, not %s".formatted(where, JsonType.of(given)));
    }
    bound(map, where);
    Map<String, Object> members = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (value != null) {
            String name = checkedName(String.valueOf(key), where);
            StandardCapability.of(name).ifPresent(standard -> standard.check(value));
            boolean bare = !name.equals(key);
            if (!bare || !map.containsKey(name)) {
              members.put(name, value);
            }
          }
        });
    return Capabilities.of(members);
  }

  private static void bound(Map<?, ?> set, String where) {
    if (set.size() > MAX_NAMES) {
      throw ProtocolException.invalidArgument(
          "'%s' has %d names; it may have %d".formatted(where, set.size(), MAX_NAMES));
    }
    set.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> options
              && "appium:options".equalsIgnoreCase(name.toString())) {
            bound(options, where + ".appium:options");
          }
        });
  }

  private static String checkedName(String name, String where) {
    if (Capabilities.isName(name)) {
      return name;
    }
    if (BARE_NAMES_READ.contains(name)) {
      return APPIUM + name;
    }
    String hint = StandardCapability.spelledAlike(name).orElse(APPIUM + name);
    throw ProtocolException.invalidArgument(
        ("'%s' in '%s' is neither a standard capability nor an extension, whose name has a colon;"
                + " did you mean '%s'?")
            .formatted(shown(name), where, shown(hint)));
  }

  private static Capabilities merged(Capabilities always, Capabilities first, int index) {
    for (String name : first.names()) {
      if (always.has(name)) {
        throw ProtocolException.invalidArgument(
            "'%s' is both in 'alwaysMatch' and in 'firstMatch[%d]'; it may be in one of them only"
                .formatted(shown(name), index));
      }
    }
    return always.with(first);
  }

  /** A name as an error message shows it: bounded, and on one line. */
  private static String shown(String name) {
    String line = name.replaceAll("\\p{Cntrl}", " ");
    return line.length() > 100 ? line.substring(0, 100) + "…" : line;
  }
}
