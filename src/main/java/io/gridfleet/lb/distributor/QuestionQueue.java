package io.gridfleet.lb.distributor;

import java.util.BitSet;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All requests that ask the same question, in their order, and the devices that fit it: the
 * question is put to a device once, not once a request. Guarded by the distributor's lock.
 */
final class QuestionQueue {
  private final int number;
  private final Question question;
  private final BitSet fitting = new BitSet();
  private final TreeSet<Waiter> waiters = new TreeSet<>();
  private final TreeSet<Waiter> asking = new TreeSet<>();
  private int users;

  QuestionQueue(
      int number, Question question, Collection<DeviceState> states, MatchResults answers) {
    this.number = number;
    this.question = question;
    look(states, answers);
  }

  /** One more request uses it; whether it is the only one. */
  boolean join() {
    return ++users == 1;
  }

  /** A request that used it has ended; whether it was the last one. */
  boolean part() {
    users--;
    Invariant.holds(users >= 0, "a request parted twice from those that ask the same");
    return users == 0;
  }

  int users() {
    return users;
  }

  int number() {
    return number;
  }

  Question question() {
    return question;
  }

  /** Looks again at some devices; those that were asked already aren't asked again. */
  void look(Collection<DeviceState> states, MatchResults answers) {
    BitSet known = answers.to(question);
    for (DeviceState state : states) {
      Integer place = known == null ? null : answers.place(state.device());
      if (known != null && place != null) {
        fitting.set(state.index(), known.get(place));
      } else {
        fitting.set(state.index(), question.fits(state.device()));
      }
    }
  }

  void forget(int index) {
    fitting.clear(index);
  }

  BitSet fitting() {
    return fitting;
  }

  boolean fits(DeviceState state) {
    return fitting.get(state.index());
  }

  SortedSet<Waiter> waiters() {
    return waiters;
  }

  /** Those out of the queue whose locks are being asked for. */
  SortedSet<Waiter> asking() {
    return asking;
  }

  /**
   * Who goes first, of the queue and of those who may have to come back to it; null if nobody does.
   *
   * @param mayHave whether a request in the queue may have any device now
   */
  @Nullable Waiter first(Predicate<Waiter> mayHave) {
    Waiter waits = waiters.stream().filter(mayHave).findFirst().orElse(null);
    if (asking.isEmpty()) {
      return waits;
    }
    Waiter asks = asking.first();
    return waits == null || asks.compareTo(waits) < 0 ? asks : waits;
  }
}
