package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A request in the queue.
 *
 * <p>States: MATCHING (its questions are being asked of the devices, or why it can't be served is
 * being put together) → WAITING (in the queue of each of its questions) or TAKING (a seat is
 * picked, its lock is asked for) → WAITING again, or DONE. Each state may become DONE. Guarded by
 * the distributor's lock; the outcome is completed outside of it.
 */
final class Waiter implements Comparable<Waiter> {
  enum State {
    MATCHING,
    WAITING,
    TAKING,
    DONE
  }

  private final Order order;
  private final Instant deadline;
  private final long number;
  private final CompletableFuture<Placement> outcome = new CompletableFuture<>();
  private final CompletableFuture<Void> queued = new CompletableFuture<>();
  private final List<Audience> audiences = new ArrayList<>(1);
  private State state = State.MATCHING;
  private boolean everQueued;
  private boolean everInLine;
  private volatile @Nullable Future<?> alarm;
  private @Nullable Placement ending;

  /**
   * @param number of its own in this distributor, so that no two waiters compare as equal
   */
  Waiter(Order order, Instant deadline, long number) {
    this.order = order;
    this.deadline = deadline;
    this.number = number;
  }

  Order order() {
    return order;
  }

  Instant deadline() {
    return deadline;
  }

  CompletableFuture<Placement> outcome() {
    return outcome;
  }

  /** Completes before the outcome, if no device was free for it. */
  CompletableFuture<Void> queued() {
    return queued;
  }

  void everQueued(boolean newer) {
    everQueued = newer;
  }

  /** Whether it was in the line, be it for the moment of looking for another seat. */
  boolean everInLine() {
    return everInLine;
  }

  void everInLine(boolean newer) {
    everInLine = newer;
  }

  boolean everQueued() {
    return everQueued;
  }

  /** Those that ask the same, for each of its questions in turn. */
  List<Audience> audiences() {
    return audiences;
  }

  State state() {
    return state;
  }

  void state(State newer) {
    state = newer;
  }

  void alarm(Future<?> future) {
    alarm = future;
  }

  void stopAlarm() {
    Future<?> set = alarm;
    if (set != null) {
      set.cancel(false);
    }
  }

  /** What to answer when the lock that is asked for now has been answered. */
  @Nullable Placement ending() {
    return ending;
  }

  void ending(Placement placement) {
    ending = placement;
  }

  boolean accepts(Seat seat) {
    Set<DeviceId> failed = order.preference().failed();
    return failed.isEmpty() || !failed.contains(seat.device().id());
  }

  /** By turn; of two with the same turn, as a repeat may have, the first that came here. */
  @Override
  public int compareTo(Waiter other) {
    int byTurn = order.turn().compareTo(other.order.turn());
    return byTurn != 0 ? byTurn : Long.compare(number, other.number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
