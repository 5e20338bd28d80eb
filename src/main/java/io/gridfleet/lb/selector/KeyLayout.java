package io.gridfleet.lb.selector;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a device has, and where the value of each stands. Devices of a lab are much alike:
 * those of an inventory with the same keys share one ({@link AttributeTables}), so that it stays in
 * the processor's cache while thousands are evaluated. Immutable.
 */
final class KeyLayout {
  private final Set<String> names;

  /** The same by their places. */
  private final String[] sorted;

  /** Those that have a bare name. */
  private final List<String> tags;

  /** Open addressing, a power of two, at most half full; keys interned, so a hit is a pointer. */
  private final @Nullable String[] keys;

  private final int[] places;

  /** The layout of these keys, folded all. */
  KeyLayout(Set<String> names) {
    this.names = Collections.unmodifiableSet(new TreeSet<>(names));
    this.sorted = this.names.toArray(String[]::new);
    this.tags = this.names.stream().filter(name -> bareName(name) != null).toList();
    int size = Integer.highestOneBit(Math.max(1, names.size())) << 2;
    this.keys = new String[size];
    this.places = new int[size];
    int place = 0;
    for (String name : this.names) {
      int slot = slot(name);
      while (keys[slot] != null) {
        slot = (slot + 1) & (size - 1);
      }
      keys[slot] = name.intern();
      places[slot] = place++;
    }
  }

  static boolean isTag(String key) {
    return key.startsWith("tag.") || key.startsWith("tags.");
  }

  /** The name of a tag without its prefix; null for an attribute, and if nothing is left. */
  static @Nullable String bareName(String key) {
    String bare = isTag(key) ? key.substring(key.indexOf('.') + 1) : "";
    return bare.isEmpty() ? null : bare;
  }

  private int slot(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 15)) & (keys.length - 1);
  }

  /** Returns the index of the value of a folded key; -1 without it. */
  int place(String key) {
    int slot = slot(key);
    for (String there = keys[slot]; there != null; there = keys[slot]) {
      if (there.equals(key)) {
        return places[slot];
      }
      slot = (slot + 1) & (keys.length - 1);
    }
    return -1;
  }

  int size() {
    return sorted.length;
  }

  /** The key of a place. */
  String name(int place) {
    return sorted[place];
  }

  /** The keys that have a {@link #bareName}. */
  List<String> tags() {
    return tags;
  }

  /** Sorted. */
  Set<String> names() {
    return names;
  }
}
