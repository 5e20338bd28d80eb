package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.Effect;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.Event;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Claim;
import io.gridfleet.lb.session.IdempotencyRecords.Elsewhere;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes a shared request to its answer: claims its key, begins it here or waits for another
 * replica, and records the answer.
 *
 * <p>Each event of {@link SharedRequestMachine} is fired in one place here, and its effects are
 * applied there, with no lock held. Order within an effect: a request is removed from {@link
 * #running} before its key is released, so that no repeat joins a finished one; listeners receive
 * their answer after that, or after it was recorded. An exception, and an event without a row, are
 * answered with an error, and the key is released ({@link #broken}).
 */
final class SharedRequestFlow {
  private static final Logger log = LoggerFactory.getLogger(SharedRequestFlow.class);

  private final NewSessionFlow flow;
  private final SettledKeys keys;
  private final RequestsByKey running;
  private final Runnable repeated;
  private final InstantSource clock;

  SharedRequestFlow(
      NewSessionFlow flow,
      SettledKeys keys,
      RequestsByKey running,
      Runnable repeated,
      InstantSource clock) {
    this.flow = flow;
    this.keys = keys;
    this.running = running;
    this.repeated = repeated;
    this.clock = clock;
  }

  /**
   * @param late whether another replica had the key before, so that it isn't begun here without a
   *     granted claim
   */
  void ask(String key, SharedRequest shared, boolean late) {
    carryOut(key, shared, late, shared.fire(Event.ASK));
  }

  private void carryOut(String key, SharedRequest shared, boolean late, Effect effect) {
    switch (effect) {
      case CLAIM -> claim(key, shared, late);
      case START -> start(key, shared, late);
      case DECIDE -> shared.decided().complete(null);
      case DECIDE_AND_CLAIM -> {
        shared.decided().complete(null);
        claim(key, shared, true);
      }
      case RELEASE -> keys.release(key, shared.first().id());
      case NONE -> {}
      default -> throw new IllegalStateException("unexpected effect " + effect);
    }
  }

  private void claim(String key, SharedRequest shared, boolean late) {
    NewSessionRequest request = shared.first();
    keys.claim(key, shared.bodyHash(), request.id())
        .whenCompleteAsync(
            (claim, failure) ->
                guarded(
                    key, shared, () -> claimed(key, shared, late, failure == null ? claim : null)),
            request.executor());
  }

  /**
   * Applies the result of a claim. If the first claim fails, the request begins here, and fails by
   * itself if the store can't be reached.
   *
   * @param claim null if the store didn't answer
   */
  private void claimed(String key, SharedRequest shared, boolean late, @Nullable Claim claim) {
    if (claim instanceof Answered before) {
      repeated.run();
      replay(
          key,
          shared,
          before.bodyHash().equals(shared.bodyHash())
              ? NewSessionAnswer.asReceived(before.status(), before.body())
              : NewSessionAnswer.of(otherBody().error(), legacy(shared)));
    } else if (claim instanceof Elsewhere elsewhere) {
      heldElsewhere(key, shared, elsewhere.bodyHash());
    } else {
      Event event = claim == null && late ? Event.CLAIM_FAILED : Event.CLAIMED;
      carryOut(key, shared, late, shared.fire(event));
    }
  }

  private void heldElsewhere(String key, SharedRequest shared, String bodyHash) {
    if (!bodyHash.isEmpty() && !bodyHash.equals(shared.bodyHash())) {
      repeated.run();
      replay(key, shared, NewSessionAnswer.of(otherBody().error(), legacy(shared)));
    } else {
      Event event = bodyHash.isEmpty() ? Event.KEY_FREED : Event.HELD_ELSEWHERE;
      carryOut(key, shared, true, shared.fire(event));
    }
  }

  /**
   * Begins the request; one that waited for another replica with a new arrival, so with its full
   * time.
   */
  private void start(String key, SharedRequest shared, boolean late) {
    NewSessionRequest request = late ? shared.first().arrivedAt(clock.instant()) : shared.first();
    PendingSession pending = flow.begin(request);
    started(shared, pending);
    pending
        .answer()
        .thenAccept(answer -> guarded(key, shared, () -> answered(key, shared, answer)));
  }

  /** Applies {@code STARTED}; all listeners may have left meanwhile, each on its own loop. */
  void started(SharedRequest shared, PendingSession pending) {
    switch (shared.started(pending)) {
      case DECIDE -> shared.decided().complete(null);
      case CANCEL -> pending.clientLeft();
      case NONE -> {}
      default -> throw new IllegalStateException("unexpected effect of STARTED");
    }
  }

  /** Gives an answer that needn't be recorded: a recorded one, or an error. */
  void replay(String key, SharedRequest shared, NewSessionAnswer answer) {
    if (shared.answered(Event.REPLAYED, answer) == Effect.ANSWER) {
      running.remove(key, shared);
      shared.decided().complete(null);
      if (shared.mayHoldKey()) {
        keys.release(key, shared.first().id());
      }
      shared.answerAll();
    }
  }

  /**
   * Applies an answer. A lasting one is recorded before any client receives it, unless the store
   * fails.
   */
  private void answered(String key, SharedRequest shared, NewSessionAnswer answer) {
    Event event = answer.lasting() ? Event.LASTING_ANSWER : Event.PASSING_ANSWER;
    String claim = shared.first().id();
    switch (shared.answered(event, answer)) {
      case RECORD ->
          keys.record(key, claim, new Answered(shared.bodyHash(), answer.status(), answer.body()))
              .whenComplete((done, failure) -> guarded(key, shared, () -> recorded(key, shared)));
      case RELEASE_AND_ANSWER -> {
        running.remove(key, shared);
        keys.release(key, claim);
        shared.answerAll();
      }
      case RELEASE -> keys.release(key, claim);
      default -> throw new IllegalStateException("unexpected effect of an answer");
    }
  }

  /**
   * Gives a recorded answer. The key is removed afterwards: until then a repeat joins without a
   * query to the store.
   */
  private void recorded(String key, SharedRequest shared) {
    if (shared.fire(Event.RECORDED) == Effect.ANSWER) {
      shared.answerAll();
      running.remove(key, shared);
    }
  }

  /** Never throws: the caller is a connection that closes. */
  void allLeft(String key, SharedRequest shared, Effect effect) {
    guarded(key, shared, () -> leaveAll(key, shared, effect));
  }

  private void leaveAll(String key, SharedRequest shared, Effect effect) {
    if (effect != Effect.NONE) {
      forget(key, shared);
    }
    if (effect == Effect.REMOVE_AND_CANCEL) {
      shared.leavePending();
    }
  }

  /**
   * Removes a request and releases its key; one that waits for another body isn't in the map, and
   * has no claim.
   */
  private void forget(String key, SharedRequest shared) {
    shared.decided().complete(null);
    if (running.remove(key, shared)) {
      keys.release(key, shared.first().id());
    }
  }

  /** Runs the handler of an event; an exception ends the request. */
  void guarded(String key, SharedRequest shared, Runnable event) {
    try {
      event.run();
    } catch (RuntimeException mistake) {
      broken(key, shared, mistake);
    }
  }

  /** Ends a request after a bug: answers its listeners with an error, and releases the key. */
  void broken(String key, SharedRequest shared, RuntimeException mistake) {
    log.error(
        "request {} with an idempotency key is ended by an unexpected exception",
        shared.first().id(),
        mistake);
    Effect effect = shared.broken(NewSessionAnswer.forNow(Refusals.mistake(), legacy(shared)));
    if (effect == Effect.NONE) {
      return;
    }
    forget(key, shared);
    if (effect == Effect.FAIL_AND_CANCEL) {
      shared.leavePending();
    }
    shared.answerAll();
  }

  private static boolean legacy(SharedRequest shared) {
    return shared.first().payload().legacy();
  }

  static ProtocolException otherBody() {
    return new ProtocolException(
        WebDriverError.of(
            ErrorCode.INVALID_ARGUMENT,
            "This X-Idempotency-Key was used with another body; use a new key for a new request"));
  }
}
