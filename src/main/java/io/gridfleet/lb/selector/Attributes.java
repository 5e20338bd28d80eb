package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one device is, prepared for matching: keys folded, nested objects reachable by dotted keys,
 * tags by their bare name too, aliases in place, values folded and parsed. Immutable.
 */
public final class Attributes {
  /** Deeper objects are left out: no inventory nests so far, and a loop would never end. */
  static final int MOST_DEPTH = 16;

  private static final List<String> TAGS = List.of("tag.", "tags.");

  /** Open addressing, a power of two, at most half full; keys interned, so a hit is a pointer. */
  private final @Nullable String[] keys;

  private final @Nullable Value[] values;
  private final Set<String> names;

  private Attributes(Map<String, Value> found) {
    int size = Integer.highestOneBit(Math.max(1, found.size())) << 2;
    this.keys = new String[size];
    this.values = new Value[size];
    found.forEach(this::place);
    this.names = Collections.unmodifiableSet(new TreeSet<>(found.keySet()));
  }

  /** Attributes by name; a null value is an absent one. The map is not kept. */
  public static Attributes of(Map<String, ?> values) {
    Map<String, Value> found = new LinkedHashMap<>();
    flatten("", values, found, 0);
    for (String key : List.copyOf(found.keySet())) {
      for (String tag : TAGS) {
        Value value = found.get(key);
        if (value != null && key.startsWith(tag) && key.length() > tag.length()) {
          found.putIfAbsent(key.substring(tag.length()), value);
        }
      }
    }
    Aliases.add(found);
    return new Attributes(found);
  }

  private static void flatten(
      String prefix, Map<?, ?> values, Map<String, Value> found, int depth) {
    values.forEach(
        (name, raw) -> {
          Value value = Value.of(raw);
          if (name == null || value == null) {
            return;
          }
          String key = prefix + Fold.text(name.toString());
          found.putIfAbsent(key, value);
          if (raw instanceof Map<?, ?> nested && depth < MOST_DEPTH) {
            flatten(key + ".", nested, found, depth + 1);
          }
        });
  }

  private void place(String key, Value value) {
    int slot = slot(key);
    while (keys[slot] != null) {
      slot = (slot + 1) & (keys.length - 1);
    }
    keys[slot] = key.intern();
    values[slot] = value;
  }

  private int slot(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 15)) & (keys.length - 1);
  }

  /** The value of a folded key, aliases included; null when the device lacks it. */
  @Nullable Value find(String key) {
    int slot = slot(key);
    for (String there = keys[slot]; there != null; there = keys[slot]) {
      if (there.equals(key)) {
        return values[slot];
      }
      slot = (slot + 1) & (keys.length - 1);
    }
    return null;
  }

  /** Every key that can be asked for, folded and sorted: dotted ones and aliases included. */
  public Set<String> keys() {
    return names;
  }

  /** The value as it was given; null when the device lacks the key. Case of the key is ignored. */
  public @Nullable Object raw(String key) {
    Value value = find(Fold.text(key));
    return value == null ? null : value.raw;
  }

  /** The texts of a key for people: the members of a list, or the one value. */
  List<String> shown(String key) {
    Object raw = raw(key);
    List<String> shown = new ArrayList<>();
    if (raw instanceof Collection<?> list) {
      list.forEach(member -> shown.add(String.valueOf(member)));
    } else if (raw != null) {
      shown.add(raw.toString());
    }
    return shown;
  }

  @Override
  public String toString() {
    return "Attributes" + names;
  }
}
