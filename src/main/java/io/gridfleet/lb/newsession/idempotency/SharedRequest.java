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
 * A request that several repeats listen to, and its state.
 *
 * <p>Owner: its lock. Repeats arrive and leave on their own loops, the store answers on the loop of
 * the first, and the sweep comes from a timer; so each event, together with the data that it
 * brings, enters under the lock. An event's effect is carried out by the caller after the lock is
 * released: nothing is called, and no future is completed, under it. Two effects may therefore be
 * carried out in another order than their events came in; {@link SharedRequestMachine.State#CLOSED}
 * undoes what comes too late.
 *
 * <p>Invariants, checked after each event: a request that runs has a pending request, one that is
 * being recorded or was answered has its answer, and one that has neither is waited for by whoever
 * entered it, by the store's answer or by the sweep.
 */
final class SharedRequest {
  private final String bodyHash;
  private final String caller;
  private final NewSessionRequest first;
  private final BiConsumer<SharedRequest, Effect> whenAllLeft;

  /** Completes outside of the lock: its dependents enter other requests. */
  private final CompletableFuture<Void> decided = new CompletableFuture<>();

  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(SharedRequestMachine.TABLE);

  /** Guarded by this; copied under the lock, called outside of it. */
  private final List<Listener> listeners = new ArrayList<>();

  /** Listeners that haven't left. Those who left stay in the list: answering them is harmless. */
  private int present;

  /** Guarded by this; decides nothing here, and is never taken back. */
  private boolean mayHoldKey;

  /** Guarded by this; set with {@code STARTED}. Its methods belong to the loop of the first. */
  private @Nullable PendingSession pending;

  /** Guarded by this; set with the answer's event, in the same step in which joiners see it. */
  private @Nullable NewSessionAnswer answer;

  /**
   * @param caller whose requests are counted together with this one
   * @param whenAllLeft carries out what it means that nobody listens any more
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

  /** The request that entered it; everything that is shared runs on this one's executor. */
  NewSessionRequest first() {
    return first;
  }

  /**
   * Completes when it is known whose body is the key's: this one's, or that of another, so that
   * this one isn't among those under way any more.
   */
  CompletableFuture<Void> decided() {
    return decided;
  }

  synchronized boolean isClosed() {
    return machine.state() == State.CLOSED;
  }

  /** Whether the store may have granted a claim whose answer was lost: it is let go in the end. */
  synchronized boolean mayHoldKey() {
    return mayHoldKey;
  }

  synchronized State state() {
    return machine.state();
  }

  /**
   * An event that brings no data.
   *
   * @return what the caller carries out, after this has returned and so without the lock
   */
  synchronized Effect fire(Event event) {
    Effect effect = machine.fire(event);
    mayHoldKey |= event == Event.CLAIM_FAILED;
    check();
    return effect;
  }

  /**
   * It has begun, or has joined one that has. All may have left since the claim was granted:
   * beginning takes a while, and nobody could tell the pending request before it was there.
   */
  synchronized Effect started(PendingSession begun) {
    Effect effect = machine.fire(Event.STARTED);
    pending = begun;
    check();
    return effect;
  }

  /**
   * It has an answer. One that comes when all have left isn't kept: its session is being ended, and
   * a repeat would get the answer of a session that is gone.
   */
  synchronized Effect answered(Event event, NewSessionAnswer given) {
    Effect effect = machine.fire(event);
    if (machine.state() != State.CLOSED) {
      answer = given;
    }
    check();
    return effect;
  }

  /** A mistake in the program: the answer that it has is given, or else this one. */
  synchronized Effect broken(NewSessionAnswer mistake) {
    Effect effect = machine.fire(Event.BROKEN);
    if (answer == null) {
      answer = mistake;
    }
    return effect;
  }

  /** Somebody will bring the request to its answer: costs nothing, so it is checked always. */
  private void check() {
    boolean holds =
        switch (machine.state()) {
          case ENTERED, CLAIMING, CLAIMING_AGAIN, ELSEWHERE, STARTING ->
              pending == null && answer == null;
          case RUNNING -> pending != null && answer == null;
          case RECORDING -> pending != null && answer != null;
          case ANSWERED -> answer != null;
          case CLOSED -> present == 0 || answer != null;
        };
    if (!holds) {
      throw new IllegalStateException(
          "shared request %s: nobody answers it in state %s"
              .formatted(first.id(), machine.state()));
    }
  }

  /**
   * Gives the answer to all who listen, each on its own loop. Whoever joins between the event that
   * brought the answer and this call may be given it twice, which completes its future once.
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
   * One more listener. The event and the listener enter in one step: an answer that comes
   * afterwards finds the listener in the list, one that came before is given here.
   *
   * @return null when nobody waits for the request any more: the caller enters one of its own
   */
  @Nullable PendingSession join(NewSessionRequest request, NewSessionOptions.Progress progress) {
    Listener listener = new Listener(request, progress);
    Effect effect;
    NewSessionAnswer given;
    synchronized (this) {
      effect = fire(Event.JOINED);
      if (effect != Effect.TURN_AWAY) {
        listeners.add(listener);
        present++;
      }
      given = answer;
    }
    if (effect == Effect.ANSWER_AT_ONCE && given != null) {
      listener.answer(given);
    }
    return effect == Effect.TURN_AWAY ? null : listener;
  }

  /** The pending request loses its client; on the loop of that request, as it demands. */
  void leavePending() {
    PendingSession begun = pending();
    if (begun != null) {
      first.executor().execute(begun::clientLeft);
    }
  }

  /**
   * On the loop of the one who left. The last one closes the request in the step in which it
   * leaves, so that nobody can join what is about to be forgotten.
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

  /** One of the repeats; owned by its own loop. */
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

    /** Those of the pending request may only be read on its own loop. */
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
