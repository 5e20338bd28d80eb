package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.List;

/**
 * The values of one device with their folded keys, in the order in which they were found; a key may
 * occur several times. Used by one thread.
 */
final class GivenValues {
  private static final int USUAL = 32;

  private final List<String> names = new ArrayList<>(USUAL);
  private final List<Value> values = new ArrayList<>(USUAL);
  private int hash;

  void add(String name, Value value) {
    names.add(name);
    values.add(value);
    hash = 31 * hash + name.hashCode() + (value.isObject() ? 1 : 0);
  }

  int size() {
    return names.size();
  }

  String name(int index) {
    return names.get(index);
  }

  Value value(int index) {
    return values.get(index);
  }

  /** A hash of what an {@link AttributePlan} depends on. */
  int hash() {
    return hash;
  }
}
