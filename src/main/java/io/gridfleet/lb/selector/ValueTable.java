package io.gridfleet.lb.selector;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers values by what they were created from, in pairs of places: a new one takes the second
 * place of its pair, a found one the first, so that what thousands of devices share outlasts what
 * one device has. Bounded, and it never grows. Thread-safe without a lock: a value is immutable,
 * and one that another thread has displaced is created again.
 */
final class ValueTable {
  private final @Nullable Value[] places;

  /**
   * @param pairs a power of two
   */
  ValueTable(int pairs) {
    places = new Value[pairs * 2];
  }

  /** The value of this text, number, boolean or list; null if {@code create} says so. */
  @Nullable Value get(Object raw, Function<Object, @Nullable Value> create) {
    int hash = raw.hashCode();
    int pair = (hash ^ (hash >>> 16)) * 2 & (places.length - 1);
    Value first = places[pair];
    if (first != null && first.raw.equals(raw)) {
      return first;
    }
    Value second = places[pair + 1];
    if (second != null && second.raw.equals(raw)) {
      places[pair] = second;
      places[pair + 1] = first;
      return second;
    }
    Value created = create.apply(raw);
    if (created != null) {
      places[pair + 1] = created;
    }
    return created;
  }
}
