package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Other names of keys (selectors.md#alternative-names). A name that a device has itself is never
 * replaced; an alias takes the value of the first of its sources that the device has.
 */
final class Aliases {
  private static final Map<String, List<String>> SOURCES =
      Map.ofEntries(
          Map.entry("sku", List.of("device_skus", "device_sku", "skus")),
          Map.entry("device_skus", List.of("sku", "device_sku", "skus")),
          Map.entry("carrier", List.of("carriers", "operator")),
          Map.entry("carriers", List.of("carrier", "operator")),
          Map.entry("host", List.of("hostname")),
          Map.entry("hostname", List.of("host")),
          Map.entry("device_id", List.of("udid")),
          Map.entry("serial", List.of("udid")),
          Map.entry("os", List.of("device_type", "platform", "platformname", "platform_name")),
          Map.entry("platform", List.of("device_type", "os", "platformname", "platform_name")),
          Map.entry("device_type", List.of("os", "platform", "platformname", "platform_name")),
          Map.entry("platformname", List.of("platform_name", "device_type", "platform", "os")),
          Map.entry("platform_name", List.of("platformname", "device_type", "platform", "os")),
          Map.entry("os_version", List.of("platformversion", "platform_version")),
          Map.entry("platformversion", List.of("platform_version", "os_version")),
          Map.entry("platform_version", List.of("platformversion", "os_version")),
          Map.entry("browser", List.of("browsername", "browser_name")),
          Map.entry("browsername", List.of("browser_name", "browser")),
          Map.entry("browser_name", List.of("browsername", "browser")),
          Map.entry("browserversion", List.of("browser_version")),
          Map.entry("browser_version", List.of("browserversion")));

  private Aliases() {}

  /** Adds the aliases to a device's own attributes. */
  static void add(Map<String, Value> found) {
    Set<String> own = Set.copyOf(found.keySet());
    SOURCES.forEach(
        (alias, sources) -> {
          for (String source : sources) {
            Value value = found.get(source);
            if (value != null && own.contains(source)) {
              found.putIfAbsent(alias, value);
              return;
            }
          }
        });
    if (!own.contains("udid")) {
      joined(found, own, "device_id", "serial").ifPresent(found, "udid");
    }
    places(found, own);
  }

  /** {@code geo} and {@code geos} are one: {@code City, CC} in full, or the city alone. */
  private static void places(Map<String, Value> found, Set<String> own) {
    List<Value> all = joined(found, own, "geos", "geo").members();
    Set<String> texts = new LinkedHashSet<>();
    for (Value place : all) {
      texts.add(place.text);
    }
    List<Value> places = new ArrayList<>(all);
    for (Value place : all) {
      int comma = place.text.lastIndexOf(',');
      if (comma > 0 && texts.add(place.text.substring(0, comma).strip())) {
        places.add(Value.ofText(place.raw.toString().substring(0, comma).strip()));
      }
    }
    if (!places.isEmpty()) {
      Value value = Value.ofMembers(raws(all), places);
      found.put("geo", value);
      found.put("geos", value);
    }
  }

  private static Joined joined(
      Map<String, Value> found, Set<String> own, String one, String other) {
    List<Value> members = new ArrayList<>();
    for (String key : List.of(one, other)) {
      Value value = found.get(key);
      if (value != null && own.contains(key)) {
        members.addAll(value.members == null ? List.of(value) : List.of(value.members));
      }
    }
    return new Joined(members);
  }

  private static List<Object> raws(List<Value> members) {
    return members.stream().map(member -> member.raw).toList();
  }

  private record Joined(List<Value> members) {
    void ifPresent(Map<String, Value> found, String key) {
      if (members.size() == 1) {
        found.put(key, members.get(0));
      } else if (!members.isEmpty()) {
        found.put(key, Value.ofMembers(raws(members), members));
      }
    }
  }
}
