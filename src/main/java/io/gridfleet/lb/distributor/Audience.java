package io.gridfleet.lb.distributor;

import java.util.BitSet;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All requests that ask the same question, in their order, and the devices that fit it: the
 * question is put to a device once, not once a request. Guarded by the distributor's lock.
 */
final class Audience {
  private final int number;
  private final Question question;
  private final BitSet fitting = new BitSet();
  private final TreeSet<Waiter> waiters = new TreeSet<>();

  Audience(int number, Question question, Collection<Seat> seats) {
    this.number = number;
    this.question = question;
    seats.forEach(this::look);
  }

  int number() {
    return number;
  }

  Question question() {
    return question;
  }

  /** Looks again at one device. */
  void look(Seat seat) {
    fitting.set(seat.index(), question.fits(seat.device()));
  }

  void forget(int index) {
    fitting.clear(index);
  }

  BitSet fitting() {
    return fitting;
  }

  boolean fits(Seat seat) {
    return fitting.get(seat.index());
  }

  SortedSet<Waiter> waiters() {
    return waiters;
  }
}
