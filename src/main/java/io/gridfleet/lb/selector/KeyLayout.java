package io.gridfleet.lb.selector;

import java.util.Collections;
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

  /** Open addressing, a power of two, at most half full; keys interned, so a hit is a pointer. */
  private final @Nullable String[] keys;

  private final int[] places;

  /** The layout of these keys, folded all. */
  KeyLayout(Set<String> names) {
    this.names = Collections.unmodifiableSet(new TreeSet<>(names));
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

  boolean isOf(Set<String> others) {
    if (others.size() != names.size()) {
      return false;
    }
    for (String other : others) {
      if (place(other) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Sorted. */
  Set<String> names() {
    return names;
  }
}
