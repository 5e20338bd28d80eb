package io.gridfleet.lb.selector;

import java.util.BitSet;

/**
 * Which of many devices, known by a small number each, match one selector. Only a device that
 * changes is looked at again. Not thread-safe: its owner guards it.
 */
public final class MatchSet {
  private final Selector selector;
  private final BitSet matching = new BitSet();

  public MatchSet(Selector selector) {
    this.selector = selector;
  }

  public Selector selector() {
    return selector;
  }

  /** A new device, or one whose attributes changed; whether it matches. */
  public boolean put(int index, Attributes device) {
    boolean matches = selector.matches(device);
    matching.set(index, matches);
    return matches;
  }

  public void remove(int index) {
    matching.clear(index);
  }

  public boolean contains(int index) {
    return matching.get(index);
  }

  public int size() {
    return matching.cardinality();
  }

  /** The set itself, not a copy: to be read, and only by its owner. */
  public BitSet bits() {
    return matching;
  }
}
