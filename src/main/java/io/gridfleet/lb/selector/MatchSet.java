package io.gridfleet.lb.selector;

import java.util.BitSet;

/**
 * The devices, by index, that match one selector. Only a changed device is evaluated again. Not
 * thread-safe: guarded by its owner's lock.
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
