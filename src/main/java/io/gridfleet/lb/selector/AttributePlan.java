package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where each of a device's values is kept, and under which other names: tags by their bare names,
 * and aliases. It depends on the keys and on which values are objects, nothing else, so the devices
 * of a lab that are alike share one plan. Immutable.
 */
final class AttributePlan {
  /** The place of a value whose key occurred before. */
  private static final int NONE = -1;

  private final String[] names;
  private final boolean[] objects;
  private final KeyLayout layout;

  /** The place of each value. */
  private final int[] places;

  /** Pairs: another name's place, and the place of the value it takes. */
  private final int[] copies;

  /** The places of what the udid consists of, if the device has none of its own. */
  private final int[] serials;

  private final boolean hasGeography;

  /**
   * @param layouts returns the layout of a set of keys
   */
  AttributePlan(GivenValues given, Function<Set<String>, KeyLayout> layouts) {
    this.names = new String[given.size()];
    this.objects = new boolean[given.size()];
    Map<String, Boolean> own = new LinkedHashMap<>();
    for (int i = 0; i < names.length; i++) {
      names[i] = given.name(i);
      objects[i] = given.value(i).isObject();
      own.putIfAbsent(names[i], objects[i]);
    }
    Map<String, String> origins = bareTags(own.keySet());
    List<String> udidOf = singles(Aliases.UDID_SOURCES, origins, own);
    boolean makesUdid = !origins.containsKey(Aliases.UDID) && !udidOf.isEmpty();
    this.hasGeography = !singles(Aliases.GEOGRAPHY, origins, own).isEmpty();
    Aliases.sources(origins.keySet())
        .forEach((alias, source) -> origins.put(alias, origins.get(source)));
    this.layout = layouts.apply(keys(origins.keySet(), makesUdid));
    this.places = places();
    this.copies = copies(origins);
    this.serials =
        makesUdid ? udidOf.stream().mapToInt(key -> place(origins, key)).toArray() : new int[0];
  }

  /** Each key, and each tag's bare name, with the key whose value it has. */
  private static Map<String, String> bareTags(Set<String> own) {
    Map<String, String> origins = new LinkedHashMap<>();
    own.forEach(key -> origins.put(key, key));
    for (String key : own) {
      String bare = KeyLayout.bareName(key);
      if (bare != null) {
        origins.putIfAbsent(bare, key);
      }
    }
    return origins;
  }

  /** Those of the keys that the device has as a text, number, boolean or list. */
  private static List<String> singles(
      List<String> keys, Map<String, String> origins, Map<String, Boolean> own) {
    List<String> found = new ArrayList<>();
    for (String key : keys) {
      String origin = origins.get(key);
      if (origin != null && !own.getOrDefault(origin, false)) {
        found.add(key);
      }
    }
    return found;
  }

  private Set<String> keys(Set<String> found, boolean makesUdid) {
    Set<String> all = new LinkedHashSet<>(found);
    if (makesUdid) {
      all.add(Aliases.UDID);
    }
    if (hasGeography) {
      all.addAll(Aliases.GEOGRAPHY);
    }
    return all;
  }

  private int[] places() {
    int[] found = new int[names.length];
    Set<String> before = new LinkedHashSet<>();
    for (int i = 0; i < names.length; i++) {
      found[i] = before.add(names[i]) ? layout.place(names[i]) : NONE;
    }
    return found;
  }

  private int[] copies(Map<String, String> origins) {
    List<Integer> pairs = new ArrayList<>();
    origins.forEach(
        (name, origin) -> {
          if (!name.equals(origin)) {
            pairs.add(layout.place(name));
            pairs.add(layout.place(origin));
          }
        });
    return pairs.stream().mapToInt(Integer::intValue).toArray();
  }

  private int place(Map<String, String> origins, String key) {
    return layout.place(origins.getOrDefault(key, key));
  }

  boolean isOf(GivenValues given) {
    if (given.size() != names.length) {
      return false;
    }
    for (int i = 0; i < names.length; i++) {
      if (!names[i].equals(given.name(i)) || objects[i] != given.value(i).isObject()) {
        return false;
      }
    }
    return true;
  }

  KeyLayout layout() {
    return layout;
  }

  /** The value of each key of the layout. */
  Value[] values(GivenValues given, AttributeTables tables) {
    Value[] values = new Value[layout.size()];
    for (int i = 0; i < places.length; i++) {
      if (places[i] != NONE) {
        values[places[i]] = given.value(i);
      }
    }
    for (int i = 0; i < copies.length; i += 2) {
      values[copies[i]] = values[copies[i + 1]];
    }
    if (serials.length > 0) {
      values[layout.place(Aliases.UDID)] = udid(values);
    }
    if (hasGeography) {
      geography(values, tables);
    }
    return values;
  }

  private Value udid(Value[] values) {
    List<Value> members = new ArrayList<>();
    for (int serial : serials) {
      members.addAll(values[serial].singles());
    }
    return Aliases.one(members);
  }

  private void geography(Value[] values, AttributeTables tables) {
    int geo = layout.place(Aliases.GEO);
    int geos = layout.place(Aliases.GEOS);
    @Nullable Value place = Aliases.places(values[geos], values[geo], tables);
    values[geo] = place;
    values[geos] = place;
  }
}
