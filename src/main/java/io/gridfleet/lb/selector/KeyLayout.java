package io.gridfleet.lb.selector;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a device has, and where the value of each stands. Devices of a lab are much alike:
 * those with the same keys share one, so that it stays in the processor's cache while thousands are
 * evaluated. Immutable.
 */
final class KeyLayout {
  /** Labs have a handful; an evicted one is created again. */
  private static final Cache<Set<String>, KeyLayout> KNOWN =
      Caffeine.newBuilder().maximumSize(1000).build();

  private final Set<String> names;

  /** Open addressing, a power of two, at most half full; keys interned, so a hit is a pointer. */
  private final @Nullable String[] keys;

  private final int[] places;

  private KeyLayout(Set<String> names) {
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

  /** The layout of these keys, folded all. */
  static KeyLayout of(Set<String> names) {
    return KNOWN.get(Set.copyOf(names), KeyLayout::new);
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

  /** Sorted. */
  Set<String> names() {
    return names;
  }
}
