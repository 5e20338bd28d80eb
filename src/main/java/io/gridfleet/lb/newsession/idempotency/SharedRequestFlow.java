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
 * Brings a shared request to its answer: claims its key, begins it here or waits for another
 * replica, and records what was answered.
 *
 * <p>Each event of {@link SharedRequestMachine} is fired in one place here, and its effects are
 * carried out there, with no lock held. The order within an effect counts: a request is taken from
 * {@link #running} before its key is let go, so that no repeat joins what is over; listeners read
 * their answer after that, or after it was recorded. An exception, and an event that the table
 * doesn't know, are answered as a mistake, and the key is let go ({@link #broken}).
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
   * @param late another replica had the key before, so it isn't begun here without the store's word
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
      case LET_GO -> keys.letGo(key, shared.first().id());
      case NONE -> {}
      default -> throw new IllegalStateException(effect + " isn't carried out there");
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
   * Where the store can't say at first who answers, it is we: new sessions need it, too.
   *
   * @param claim null where the store didn't answer
   */
  private void claimed(String key, SharedRequest shared, boolean late, @Nullable Claim claim) {
    if (claim instanceof Answered before) {
      repeated.run();
      replay(
          key,
          shared,
          before.bodyHash().equals(shared.bodyHash())
              ? NewSessionAnswer.asSaid(before.status(), before.body())
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

  /** Who waited for another replica has all its time from now on. */
  private void start(String key, SharedRequest shared, boolean late) {
    NewSessionRequest request = late ? shared.first().arrivedAt(clock.instant()) : shared.first();
    PendingSession pending = flow.begin(request);
    started(shared, pending);
    pending
        .answer()
        .thenAccept(answer -> guarded(key, shared, () -> answered(key, shared, answer)));
  }

  /** All may have left since it was begun, each on its own loop. */
  void started(SharedRequest shared, PendingSession pending) {
    switch (shared.started(pending)) {
      case DECIDE -> shared.decided().complete(null);
      case LEAVE -> pending.clientLeft();
      case NONE -> {}
      default -> throw new IllegalStateException("what starts late isn't left");
    }
  }

  /** An answer that is known without a node: it isn't recorded, for it is, or it is an error. */
  void replay(String key, SharedRequest shared, NewSessionAnswer answer) {
    if (shared.answered(Event.REPLAYED, answer) == Effect.ANSWER) {
      running.remove(key, shared);
      shared.decided().complete(null);
      if (shared.mayHoldKey()) {
        keys.letGo(key, shared.first().id());
      }
      shared.answerAll();
    }
  }

  /** An answer that lasts is durable before anybody reads it, unless the store can't be told. */
  private void answered(String key, SharedRequest shared, NewSessionAnswer answer) {
    Event event = answer.lasting() ? Event.LASTING_ANSWER : Event.PASSING_ANSWER;
    String claim = shared.first().id();
    switch (shared.answered(event, answer)) {
      case RECORD ->
          keys.record(key, claim, new Answered(shared.bodyHash(), answer.status(), answer.body()))
              .whenComplete((done, failure) -> guarded(key, shared, () -> recorded(key, shared)));
      case LET_GO_AND_ANSWER -> {
        running.remove(key, shared);
        keys.letGo(key, claim);
        shared.answerAll();
      }
      case LET_GO -> keys.letGo(key, claim);
      default -> throw new IllegalStateException("an answer is neither recorded nor given");
    }
  }

  /** The key is in the map until its answer is read: a repeat joins, and asks the store nothing. */
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
    if (effect == Effect.FORGET_AND_LEAVE) {
      shared.leavePending();
    }
  }

  /** A request that waits for another body's isn't in the map, and has no claim to let go. */
  private void forget(String key, SharedRequest shared) {
    shared.decided().complete(null);
    if (running.remove(key, shared)) {
      keys.letGo(key, shared.first().id());
    }
  }

  /** Fires an event; a mistake in it ends the request. */
  void guarded(String key, SharedRequest shared, Runnable event) {
    try {
      event.run();
    } catch (RuntimeException mistake) {
      broken(key, shared, mistake);
    }
  }

  /** A mistake in the program costs those who listen an error, and nobody the key. */
  void broken(String key, SharedRequest shared, RuntimeException mistake) {
    log.error("request {} with an idempotency key is broken off", shared.first().id(), mistake);
    Effect effect = shared.broken(NewSessionAnswer.forNow(Refusals.mistake(), legacy(shared)));
    if (effect == Effect.NONE) {
      return;
    }
    forget(key, shared);
    if (effect == Effect.FAIL_AND_LEAVE) {
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
