package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import java.util.BitSet;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting requests of one question, in their order, and the devices that fit it: a device is
 * matched once for all of them. Guarded by the distributor's lock.
 */
public final class QuestionQueue {
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

  /** Adds a user; returns whether it is the only one. */
  boolean join() {
    return ++users == 1;
  }

  /** Removes a user that has ended; returns whether it was the last one. */
  boolean part() {
    users--;
    Invariant.holds(users >= 0, "a request parted twice from a question");
    return users == 0;
  }

  int users() {
    return users;
  }

  public int number() {
    return number;
  }

  public Question question() {
    return question;
  }

  /** Matches some devices again, except those with a result in {@code answers}. */
  public void look(Collection<DeviceState> states, MatchResults answers) {
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

  public void forget(int index) {
    fitting.clear(index);
  }

  public BitSet fitting() {
    return fitting;
  }

  public boolean fits(DeviceState state) {
    return fitting.get(state.index());
  }

  SortedSet<Waiter> waiters() {
    return waiters;
  }

  /** Requests taken out of the queue whose locks are requested. */
  SortedSet<Waiter> asking() {
    return asking;
  }

  /**
   * Returns the head, of the queued requests and those that may return to the queue; null if none.
   *
   * @param mayHave whether a queued request's tenant is below its quota
   */
  @Nullable public Waiter first(Predicate<Waiter> mayHave) {
    Waiter waits = waiters.stream().filter(mayHave).findFirst().orElse(null);
    if (asking.isEmpty()) {
      return waits;
    }
    Waiter asks = asking.first();
    return waits == null || asks.compareTo(waits) < 0 ? asks : waits;
  }
}
