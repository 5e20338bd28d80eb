package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Other names of keys (selectors.md#alternative-names). A name that a device has itself is never
 * replaced; an alias takes the value of the first of its sources that the device has.
 */
final class Aliases {
  static final String UDID = "udid";

  /** What the udid of a device without one consists of. */
  static final List<String> UDID_SOURCES = List.of("device_id", "serial");

  static final String GEO = "geo";

  static final String GEOS = "geos";

  static final List<String> GEOGRAPHY = List.of(GEOS, GEO);

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

  /** The other names of these keys that aren't among them, each with the key that it stands for. */
  static Map<String, String> sources(Set<String> keys) {
    Map<String, String> found = new LinkedHashMap<>();
    SOURCES.forEach(
        (alias, sources) -> {
          String source = keys.contains(alias) ? null : first(sources, keys);
          if (source != null) {
            found.put(alias, source);
          }
        });
    return found;
  }

  private static @Nullable String first(List<String> sources, Set<String> keys) {
    for (String source : sources) {
      if (keys.contains(source)) {
        return source;
      }
    }
    return null;
  }

  /** The value of these members, at least one. */
  static Value one(List<Value> members) {
    return members.size() == 1 ? members.get(0) : Value.ofMembers(raws(members), members);
  }

  /** {@code geo} and {@code geos} are one: {@code City, CC} in full, or the city alone. */
  static Value places(@Nullable Value geos, @Nullable Value geo, AttributeTables tables) {
    List<Object> raws = new ArrayList<>(written(geos, tables));
    if (geo != geos) {
      raws.addAll(written(geo, tables));
    }
    return tables.places(raws);
  }

  /** The places as they were written; without the cities that were added to them. */
  private static List<Object> written(@Nullable Value value, AttributeTables tables) {
    Value read = value == null || value.members == null ? value : Value.of(value.raw, tables);
    return read == null ? List.of() : raws(read.singles());
  }

  /** The value of these places. */
  static Value placesOf(List<Object> raws, AttributeTables tables) {
    Set<String> texts = new LinkedHashSet<>();
    List<Value> places = new ArrayList<>();
    for (Object raw : raws) {
      places.add(tables.single(raw));
    }
    places.forEach(place -> texts.add(place.text));
    for (Object raw : raws) {
      String text = tables.single(raw).text;
      int comma = text.lastIndexOf(',');
      if (comma > 0 && texts.add(text.substring(0, comma).strip())) {
        places.add(tables.single(raw.toString().substring(0, comma).strip()));
      }
    }
    return Value.ofMembers(List.copyOf(raws), places);
  }

  private static List<Object> raws(List<Value> members) {
    List<Object> raws = new ArrayList<>(members.size());
    members.forEach(member -> raws.add(member.raw));
    return List.copyOf(raws);
  }
}
