package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.state.StateMachine;
import io.gridfleet.lb.state.StateTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for a device: its position in the order, and its state.
 *
 * <p>Owner: the distributor's lock, {@code ModelLock}. Events are fired by {@link
 * WaiterTransitions} only, under that lock. The two futures are completed without the lock, and the
 * timer is set without it; see the fields.
 *
 * <p>Invariants, which {@code Distributor.verify} checks:
 *
 * <ul>
 *   <li>In {@code RETURNED} and {@code QUEUED} the request is in the queue of each of its
 *       questions; in any other state, in none.
 *   <li>In {@code LOCKING}, {@code RELOCKING}, {@code QUEUED_LOCKING} and {@code CANCELLED} exactly
 *       one lock is requested from the store for it, and one slot counted as pending.
 *   <li>{@code RETURNED} is left within the change of the model that entered it.
 *   <li>Once {@code ENDED}, the model doesn't reference it, and the outcome is completed by the
 *       effects of the change that ended it.
 * </ul>
 */
public final class Waiter implements Comparable<Waiter> {
  public enum State {
    /** Its questions are matched against devices, on the calling or the matching thread. */
    MATCHING,
    /** No device can ever serve it; the explanation is composed. */
    REFUSING,
    /** A slot is picked and its lock requested; the request has never been queued. */
    LOCKING,
    /** The lock was refused: queued while the same change looks for another slot. */
    RETURNED,
    /** As {@code LOCKING}, after {@code RETURNED}; the caller isn't notified of a wait yet. */
    RELOCKING,
    /** In the queue; the caller is notified and the timer of the wait set by effects. */
    QUEUED,
    /** Taken out of the queue with a slot picked and its lock requested; the timer is still set. */
    QUEUED_LOCKING,
    /** The wait was ended while a lock is requested: the answer is given after the store's. */
    CANCELLED,
    ENDED
  }

  enum Event {
    /** A free slot is counted as taken for the request. */
    SLOT_PICKED,
    /** No free slot can be given to it now. */
    NO_SLOT,
    /** No device fits, or all that fit have failed this request. */
    NO_MATCH,
    /** The store granted the lock. */
    LOCK_GRANTED,
    /** Another replica was first, or the tenant's quota is used up. */
    LOCK_REFUSED,
    /** The store didn't answer. */
    LOCK_FAILED,
    /** The client left, the time is over, an operator removed it, the process stops, or a bug. */
    END
  }

  enum Effect {
    REQUEST_LOCK,
    /** Takes the request out of the queue, and requests the lock. */
    DEQUEUE_TO_LOCK,
    /** As {@code DEQUEUE_TO_LOCK}, of a request whose wait has started. */
    DEQUEUE_WAITING_TO_LOCK,
    /** Adds it to the queue of each of its questions. */
    ENQUEUE,
    /** As {@code ENQUEUE} and {@code START_WAIT}. */
    ENQUEUE_AND_WAIT,
    /** Notifies the caller that the request waits, and sets the timer. */
    START_WAIT,
    EXPLAIN,
    PLACE,
    ANSWER,
    /** Takes it out of the queue, and answers. */
    DEQUEUE_AND_ANSWER,
    /** As {@code DEQUEUE_AND_ANSWER}, of a request whose wait has started. */
    DEQUEUE_WAITING_AND_ANSWER,
    KEEP_ANSWER,
    GIVE_KEPT_ANSWER,
    /** Gives the kept answer, and releases the lock. */
    RELEASE_LOCK,
    NOTHING
  }

  /**
   * {@code END} has a row in every state, so that any request can be ended at any time. The wait
   * starts once: no row leads from a queued state back to one that isn't.
   */
  static final StateTable<State, Event, Effect> TABLE =
      StateTable.<State, Event, Effect>of("waiting request", State.MATCHING, Event.class)
          .on(State.MATCHING, Event.SLOT_PICKED, State.LOCKING, Effect.REQUEST_LOCK)
          .on(State.MATCHING, Event.NO_SLOT, State.QUEUED, Effect.ENQUEUE_AND_WAIT)
          .on(State.MATCHING, Event.NO_MATCH, State.REFUSING, Effect.EXPLAIN)
          .on(State.MATCHING, Event.END, State.ENDED, Effect.ANSWER)
          .on(State.REFUSING, Event.END, State.ENDED, Effect.ANSWER)
          .on(State.LOCKING, Event.LOCK_GRANTED, State.ENDED, Effect.PLACE)
          .on(State.LOCKING, Event.LOCK_REFUSED, State.RETURNED, Effect.ENQUEUE)
          .on(State.LOCKING, Event.LOCK_FAILED, State.ENDED, Effect.ANSWER)
          .on(State.LOCKING, Event.END, State.CANCELLED, Effect.KEEP_ANSWER)
          .on(State.RETURNED, Event.SLOT_PICKED, State.RELOCKING, Effect.DEQUEUE_TO_LOCK)
          .on(State.RETURNED, Event.NO_SLOT, State.QUEUED, Effect.START_WAIT)
          .on(State.RETURNED, Event.END, State.ENDED, Effect.DEQUEUE_AND_ANSWER)
          .on(State.RELOCKING, Event.LOCK_GRANTED, State.ENDED, Effect.PLACE)
          .on(State.RELOCKING, Event.LOCK_REFUSED, State.RETURNED, Effect.ENQUEUE)
          .on(State.RELOCKING, Event.LOCK_FAILED, State.ENDED, Effect.ANSWER)
          .on(State.RELOCKING, Event.END, State.CANCELLED, Effect.KEEP_ANSWER)
          .on(State.QUEUED, Event.SLOT_PICKED, State.QUEUED_LOCKING, Effect.DEQUEUE_WAITING_TO_LOCK)
          .on(State.QUEUED, Event.END, State.ENDED, Effect.DEQUEUE_WAITING_AND_ANSWER)
          .on(State.QUEUED_LOCKING, Event.LOCK_GRANTED, State.ENDED, Effect.PLACE)
          .on(State.QUEUED_LOCKING, Event.LOCK_REFUSED, State.QUEUED, Effect.ENQUEUE)
          .on(State.QUEUED_LOCKING, Event.LOCK_FAILED, State.ENDED, Effect.ANSWER)
          .on(State.QUEUED_LOCKING, Event.END, State.CANCELLED, Effect.KEEP_ANSWER)
          .on(State.CANCELLED, Event.LOCK_GRANTED, State.ENDED, Effect.RELEASE_LOCK)
          .on(State.CANCELLED, Event.LOCK_REFUSED, State.ENDED, Effect.GIVE_KEPT_ANSWER)
          .on(State.CANCELLED, Event.LOCK_FAILED, State.ENDED, Effect.GIVE_KEPT_ANSWER)
          .on(State.CANCELLED, Event.END, State.CANCELLED, Effect.KEEP_ANSWER)
          .on(State.ENDED, Event.END, State.ENDED, Effect.NOTHING)
          .build();

  /** The result of the wait: a placement, or the exception of a bug. */
  public record Answer(@Nullable Placement placement, @Nullable RuntimeException mistake) {
    public static Answer of(Placement placement) {
      return new Answer(placement, null);
    }

    public static Answer of(RuntimeException mistake) {
      return new Answer(null, mistake);
    }

    private void complete(CompletableFuture<Placement> outcome) {
      if (mistake != null) {
        outcome.completeExceptionally(mistake);
      } else {
        outcome.complete(placement);
      }
    }
  }

  private final PlacementRequest placement;
  private final Instant deadline;
  private final long number;
  private final StateMachine<State, Event, Effect> machine = new StateMachine<>(TABLE);

  /** Completed without the lock, because dependents may call the distributor. */
  private final CompletableFuture<Placement> outcome = new CompletableFuture<>();

  /** Completed without the lock, and before the outcome. */
  private final CompletableFuture<Void> queued = new CompletableFuture<>();

  /** Receives each device for which the request left the queue. Called without the lock. */
  private final Consumer<Device> woken;

  private final List<QuestionQueue> queues = new ArrayList<>(1);

  /** Set in {@code CANCELLED}. */
  private @Nullable Answer kept;

  /** Written once and without the lock, by the effect that starts the wait; read by any thread. */
  private volatile @Nullable Future<?> timer;

  /**
   * @param number unique in this distributor, so that no two waiters compare as equal
   * @param woken receives each device for which the request left the queue
   */
  public Waiter(PlacementRequest request, Instant deadline, long number, Consumer<Device> woken) {
    this.placement = request;
    this.deadline = deadline;
    this.number = number;
    this.woken = woken;
  }

  /** Notifies the caller that the request left the queue for this device. */
  void wake(Device device) {
    woken.accept(device);
  }

  public PlacementRequest placement() {
    return placement;
  }

  Instant deadline() {
    return deadline;
  }

  public CompletableFuture<Placement> outcome() {
    return outcome;
  }

  /** Returns a future that completes before the outcome, if no device was free. */
  public CompletableFuture<Void> queued() {
    return queued;
  }

  /** Returns the queue of each of its questions, in their order. */
  public List<QuestionQueue> queues() {
    return queues;
  }

  public State state() {
    return machine.state();
  }

  /** Enters the next state; only for {@link WaiterTransitions}, which applies the effect. */
  Effect fire(Event event) {
    return machine.fire(event);
  }

  public boolean isInQueue() {
    return state() == State.RETURNED || state() == State.QUEUED;
  }

  /** Returns whether a lock is requested for it. */
  boolean isLocking() {
    return switch (state()) {
      case LOCKING, RELOCKING, QUEUED_LOCKING, CANCELLED -> true;
      default -> false;
    };
  }

  public boolean isEnded() {
    return state() == State.ENDED;
  }

  @Nullable Answer kept() {
    return kept;
  }

  void keep(Answer answer) {
    kept = answer;
  }

  /**
   * Completes the outcome and cancels the timer. Called without the lock. Another thread may call
   * {@link #timer} concurrently: the later of the two sees the other's write and cancels the timer.
   */
  void complete(Answer answer) {
    answer.complete(outcome);
    stopTimer();
  }

  /** Sets the timer of the wait; called once, without the lock. */
  public void timer(Future<?> future) {
    if (timer != null) {
      future.cancel(false);
    }
    Invariant.holds(timer == null, "a second timer for a request");
    timer = future;
    if (outcome.isDone()) {
      stopTimer();
    }
  }

  private void stopTimer() {
    Future<?> set = timer;
    if (set != null) {
      set.cancel(false);
    }
  }

  public boolean accepts(DeviceState state) {
    return placement.accepts(state.device().id());
  }

  /** Compares by position; equal positions, which a repeat may have, by arrival here. */
  @Override
  public int compareTo(Waiter other) {
    int byTurn = placement.turn().compareTo(other.placement.turn());
    return byTurn != 0 ? byTurn : Long.compare(number, other.number);
  }

  /** By identity, consistent with the comparison, in which no two are equal. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return placement.request() + " (" + state() + ")";
  }
}
