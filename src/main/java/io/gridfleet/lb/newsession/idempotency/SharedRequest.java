package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.Effect;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.Event;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.State;
import io.gridfleet.lb.state.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A request shared by its repeats, and its state.
 *
 * <p>Owner: its lock. Repeats arrive and leave on their own loops, results of the store are handled
 * on the loop of the first, and the sweep runs on a timer; so each event is fired together with its
 * data under the lock. The caller applies the effect after the lock is released: no foreign code is
 * called, and no future completed, under it. Two effects may therefore be applied in another order
 * than their events; {@link SharedRequestMachine.State#CLOSED} undoes late ones.
 *
 * <p>Invariants, checked after each event: a running request has a pending request, a recording or
 * answered one has its answer, and one with neither is continued by its first request, by the
 * store's answer, by the timer or by the sweep.
 */
final class SharedRequest {
  private final String bodyHash;
  private final String caller;
  private final NewSessionRequest first;
  private final BiConsumer<SharedRequest, Effect> whenAllLeft;

  /** Completed without the lock, because its dependents enter other requests. */
  private final CompletableFuture<Void> decided = new CompletableFuture<>();

  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(SharedRequestMachine.TABLE);

  /** Guarded by this; copied under the lock, called without it. */
  private final List<Listener> listeners = new ArrayList<>();

  /**
   * Guarded by this: the number of listeners that haven't left. Others stay in the list; answering
   * them has no effect.
   */
  private int present;

  /** Guarded by this; set once, never cleared. No transition depends on it. */
  private boolean mayHoldKey;

  /** Guarded by this; set once, never cleared. */
  private boolean wasElsewhere;

  /** Guarded by this: the number of claims without an answer of the store. */
  private int unanswered;

  /** Guarded by this; set with {@code STARTED}. Its methods are called on the loop of the first. */
  private @Nullable PendingSession pending;

  /** Guarded by this; set with the answer's event, under the same lock as {@code JOINED}. */
  private @Nullable NewSessionAnswer answer;

  /**
   * @param caller the key by which requests are counted
   * @param whenAllLeft applies the effect after the last listener left
   */
  SharedRequest(
      String bodyHash,
      String caller,
      NewSessionRequest first,
      BiConsumer<SharedRequest, Effect> whenAllLeft) {
    this.bodyHash = bodyHash;
    this.caller = caller;
    this.first = first;
    this.whenAllLeft = whenAllLeft;
  }

  String bodyHash() {
    return bodyHash;
  }

  String caller() {
    return caller;
  }

  /** Returns the request that entered it, whose executor runs everything shared. */
  NewSessionRequest first() {
    return first;
  }

  /**
   * Returns a future that completes when the key's body is known: this one's, or another, so that
   * this request isn't running any more.
   */
  CompletableFuture<Void> decided() {
    return decided;
  }

  synchronized boolean isClosed() {
    return machine.state() == State.CLOSED;
  }

  /**
   * Returns whether the store may have granted a claim whose answer was lost; it is released at the
   * end.
   */
  synchronized boolean mayHoldKey() {
    return mayHoldKey;
  }

  /** Returns whether another replica had the key, so that it may be claimed without a bound. */
  synchronized boolean wasElsewhere() {
    return wasElsewhere;
  }

  synchronized int unansweredClaims() {
    return unanswered;
  }

  synchronized State state() {
    return machine.state();
  }

  /**
   * Fires an event without data.
   *
   * @return the effect, which the caller applies without the lock
   */
  synchronized Effect fire(Event event) {
    Effect effect = machine.fire(event);
    mayHoldKey |= event == Event.CLAIM_FAILED || event == Event.CLAIM_UNANSWERED;
    wasElsewhere |= event == Event.HELD_ELSEWHERE || event == Event.KEY_FREED;
    unanswered += event == Event.CLAIM_UNANSWERED ? 1 : 0;
    check();
    return effect;
  }

  /**
   * Fires {@code STARTED}: it has begun, or joined a running one. All listeners may have left since
   * the claim was granted, before the pending request existed.
   */
  synchronized Effect started(PendingSession begun) {
    Effect effect = machine.fire(Event.STARTED);
    pending = begun;
    check();
    return effect;
  }

  /**
   * Fires an event with an answer. After all have left nobody receives it: the request is closed.
   */
  synchronized Effect answered(Event event, NewSessionAnswer given) {
    Effect effect = machine.fire(event);
    answer = given;
    check();
    return effect;
  }

  /** Fires {@code BROKEN}, after a bug: its own answer is given, or else this one. */
  synchronized Effect broken(NewSessionAnswer mistake) {
    Effect effect = machine.fire(Event.BROKEN);
    if (answer == null) {
      answer = mistake;
    }
    return effect;
  }

  /** Checks the invariants; cheap, so always. */
  private void check() {
    boolean holds =
        switch (machine.state()) {
          case ENTERED, CLAIMING, CLAIMING_AGAIN, DELAYED, ELSEWHERE, STARTING ->
              pending == null && answer == null;
          case RUNNING -> pending != null && answer == null;
          case RECORDING -> pending != null && answer != null;
          case ANSWERED -> answer != null;
          case CLOSED -> present == 0 || answer != null;
        };
    if (!holds) {
      throw new IllegalStateException(
          "shared request %s: no pending answer in state %s"
              .formatted(first.id(), machine.state()));
    }
  }

  /**
   * Gives the answer to all listeners, each on its own loop. A listener that joins between the
   * answer's event and this call may receive it twice, which completes its future once.
   */
  void answerAll() {
    List<Listener> all;
    NewSessionAnswer given;
    synchronized (this) {
      all = List.copyOf(listeners);
      given = answer;
    }
    if (given != null) {
      all.forEach(listener -> listener.answer(given));
    }
  }

  /**
   * Adds a listener. Event and listener are added under one lock: a later answer finds the listener
   * in the list, an earlier one is given here.
   *
   * @return null if the request is closed: the caller enters one of its own
   */
  @Nullable PendingSession join(NewSessionRequest request, NewSessionOptions.Progress progress) {
    Listener listener = new Listener(request, progress);
    Effect effect;
    NewSessionAnswer given;
    synchronized (this) {
      effect = fire(Event.JOINED);
      if (effect != Effect.REJECT) {
        listeners.add(listener);
        present++;
      }
      given = answer;
    }
    if (effect == Effect.ANSWER_AT_ONCE && given != null) {
      listener.answer(given);
    }
    return effect == Effect.REJECT ? null : listener;
  }

  /** Ends the pending request as left by its client, on the loop of that request. */
  void leavePending() {
    PendingSession begun = pending();
    if (begun != null) {
      first.executor().execute(begun::clientLeft);
    }
  }

  /**
   * Removes a listener, on its loop. The last one closes the request under the same lock, so that
   * no repeat can join it afterwards.
   */
  private void left() {
    Effect effect;
    synchronized (this) {
      present--;
      if (present > 0) {
        return;
      }
      effect = fire(Event.ALL_LEFT);
    }
    whenAllLeft.accept(this, effect);
  }

  private synchronized @Nullable PendingSession pending() {
    return pending;
  }

  /** One of the repeats; confined to its own loop. */
  private final class Listener implements PendingSession {
    private final NewSessionRequest request;
    private final NewSessionOptions.Progress progress;
    private final CompletableFuture<NewSessionAnswer> answer = new CompletableFuture<>();

    /** A connection may report its end twice. */
    private boolean gone;

    Listener(NewSessionRequest request, NewSessionOptions.Progress progress) {
      this.request = request;
      this.progress = progress;
    }

    void answer(NewSessionAnswer given) {
      request.executor().execute(() -> answer.complete(given));
    }

    @Override
    public CompletionStage<NewSessionAnswer> answer() {
      return answer;
    }

    @Override
    public NewSessionOptions.Progress progress() {
      return progress;
    }

    /**
     * Returns the steps of the pending request, which may only be read on its own loop; else none.
     */
    @Override
    public List<Map<String, Object>> steps() {
      PendingSession begun = pending();
      boolean own = request.executor() == first.executor();
      return begun == null || !own ? List.of() : begun.steps();
    }

    @Override
    public void clientLeft() {
      if (!gone) {
        gone = true;
        left();
      }
    }
  }
}
