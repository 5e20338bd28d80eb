package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of one device, prepared for matching: keys folded, nested objects reachable by
 * dotted keys, tags by their bare name too, aliases in place, values folded and parsed. Immutable.
 */
public final class Attributes {
  /** Deeper objects are left out: no inventory nests so far, and a cycle would not end. */
  static final int MAX_DEPTH = 16;

  private static final List<String> TAGS = List.of("tag.", "tags.");

  private final KeyLayout layout;
  private final Value[] values;

  private Attributes(KeyLayout layout, Value[] values) {
    this.layout = layout;
    this.values = values;
  }

  private Attributes(Map<String, Value> found, AttributeTables tables) {
    this.layout = tables.layout(found.keySet());
    this.values = new Value[found.size()];
    found.forEach((key, value) -> values[layout.place(key)] = value);
  }

  /** Returns the attributes of a device that shares nothing with others. */
  public static Attributes of(Map<String, ?> values) {
    return of(values, new AttributeTables());
  }

  /** Attributes by name; a null value is an absent one. The map is not kept. */
  public static Attributes of(Map<String, ?> values, AttributeTables tables) {
    Map<String, Value> found = new LinkedHashMap<>();
    flatten("", values, found, tables, 0);
    for (String key : List.copyOf(found.keySet())) {
      for (String tag : TAGS) {
        Value value = found.get(key);
        if (value != null && key.startsWith(tag) && key.length() > tag.length()) {
          found.putIfAbsent(key.substring(tag.length()), value);
        }
      }
    }
    Aliases.add(found);
    return new Attributes(found, tables);
  }

  private static void flatten(
      String prefix,
      Map<?, ?> values,
      Map<String, Value> found,
      AttributeTables tables,
      int depth) {
    values.forEach(
        (name, raw) -> {
          Value value = Value.of(raw, tables);
          if (name == null || value == null) {
            return;
          }
          String key = prefix + CaseFolding.text(name.toString());
          found.putIfAbsent(key, value);
          if (raw instanceof Map<?, ?> nested && depth < MAX_DEPTH) {
            flatten(key + ".", nested, found, tables, depth + 1);
          }
        });
  }

  /** The same for somebody who may not read a key, nor what is nested in it: both are absent. */
  public Attributes without(String key) {
    Value[] rest = values.clone();
    for (String name : keys()) {
      if (name.equals(key) || name.startsWith(key + ".")) {
        rest[layout.place(name)] = null;
      }
    }
    return new Attributes(layout, rest);
  }

  /** The value of a folded key, aliases included; null when the device lacks it. */
  @Nullable Value find(String key) {
    int place = layout.place(key);
    return place < 0 ? null : values[place];
  }

  /** Every key that a selector can refer to, folded and sorted, with dotted ones and aliases. */
  public Set<String> keys() {
    return layout.names();
  }

  /** The value as it was given; null when the device lacks the key. Case of the key is ignored. */
  public @Nullable Object raw(String key) {
    Value value = find(CaseFolding.text(key));
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
    return "Attributes" + keys();
  }
}
