package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
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

  private final KeyLayout layout;
  private final Value[] values;

  private Attributes(KeyLayout layout, Value[] values) {
    this.layout = layout;
    this.values = values;
  }

  private Attributes(GivenValues given, AttributeTables tables) {
    AttributePlan plan = tables.plan(given);
    this.layout = plan.layout();
    this.values = plan.values(given, tables);
  }

  /** Returns the attributes of a device that shares nothing with others. */
  public static Attributes of(Map<String, ?> values) {
    return of(values, new AttributeTables());
  }

  /** Attributes by name; a null value is an absent one. The map is not kept. */
  public static Attributes of(Map<String, ?> values, AttributeTables tables) {
    GivenValues given = new GivenValues();
    flatten("", values, given, tables, 0);
    return new Attributes(given, tables);
  }

  /**
   * The attributes with other tags: the prefixed ones and their bare names are left out.
   *
   * @param more takes precedence
   * @param fallbacks for keys that are absent otherwise
   * @param tables those of the inventory
   */
  public Attributes withTags(
      Map<String, ?> more, Map<String, ?> fallbacks, AttributeTables tables) {
    Set<String> left = new HashSet<>(more.keySet());
    left.add("tag");
    left.add("tags");
    for (String tag : layout.tags()) {
      Value value = find(tag);
      String bare = KeyLayout.bareName(tag);
      Value other = value == null || bare == null ? null : find(bare);
      if (value != null && other != null && value.raw.equals(other.raw)) {
        left.add(bare);
      }
    }
    GivenValues given = new GivenValues();
    for (int place = 0; place < values.length; place++) {
      Value value = values[place];
      String key = layout.name(place);
      if (value != null && !KeyLayout.isTag(key) && !left.contains(key)) {
        given.add(key, value);
        if (value.raw instanceof Map<?, ?> nested) {
          flatten(key + ".", nested, given, tables, 1);
        }
      }
    }
    flatten("", fallbacks, given, tables, 0);
    flatten("", more, given, tables, 0);
    return new Attributes(given, tables);
  }

  private static void flatten(
      String prefix, Map<?, ?> values, GivenValues given, AttributeTables tables, int depth) {
    for (Map.Entry<?, ?> entry : values.entrySet()) {
      Object raw = entry.getValue();
      Value value = Value.of(raw, tables);
      if (entry.getKey() != null && value != null) {
        String key = prefix + CaseFolding.text(entry.getKey().toString());
        given.add(key, value);
        if (raw instanceof Map<?, ?> nested && depth < MAX_DEPTH) {
          flatten(key + ".", nested, given, tables, depth + 1);
        }
      }
    }
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
