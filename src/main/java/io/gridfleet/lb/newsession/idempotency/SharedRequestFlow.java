package io.gridfleet.lb.newsession.idempotency;

import io.gridfleet.lb.async.Timers;
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
import java.time.Duration;
import java.util.List;
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
 *
 * <p>Threads: claims are answered, and the request begins, on the loop of the first request. Claims
 * are also requested by {@code store-signals} and by the timer of the sweep, the last listener
 * leaves on its own loop, and a record completes on a thread of the store. So effects of two events
 * may be applied at once, or in the other order than the events were fired:
 *
 * <ul>
 *   <li>The release of a closed request may reach the store before its claim. The claim is then
 *       granted to the closed request, and released when its answer arrives.
 *   <li>The request may be closed while {@link #start} begins it. It has no pending request by then
 *       that could be cancelled, so {@link #started} cancels it.
 *   <li>A listener may join while the answer is given. It finds the answer in the state and
 *       receives it from there.
 * </ul>
 *
 * <p>A release names the claim, which no other request has, so it is repeatable and can't release a
 * key that was claimed again meanwhile. A claim is repeatable, too: the store grants it to the
 * replica that has it. That is why a claim whose answer was lost is only noted ({@link
 * SharedRequest#mayHoldKey}) and released at the end, unless a record does so.
 *
 * <p>Bounds: one claim of a request is pending at a time; it is repeated as often as {@link
 * #CLAIM_PAUSES} is long, or, while another replica has the key, with each signal and sweep as long
 * as a client waits. {@link RequestsByKey} bounds the requests, {@link SettledKeys} what couldn't
 * be written.
 */
final class SharedRequestFlow {
  private static final Logger log = LoggerFactory.getLogger(SharedRequestFlow.class);

  /**
   * The pauses before the repetitions of a first claim. A store with too many waiting statements
   * has worked them off, and a lost connection is replaced, within about three seconds; a client
   * waits for its answer that long.
   */
  private static final List<Duration> CLAIM_PAUSES =
      List.of(
          Duration.ofMillis(100),
          Duration.ofMillis(200),
          Duration.ofMillis(400),
          Duration.ofMillis(800),
          Duration.ofMillis(1_600));

  private final NewSessionFlow flow;
  private final SettledKeys keys;
  private final RequestsByKey running;
  private final Runnable repeated;
  private final IdempotentRequests.Time time;

  SharedRequestFlow(
      NewSessionFlow flow,
      SettledKeys keys,
      RequestsByKey running,
      Runnable repeated,
      IdempotentRequests.Time time) {
    this.flow = flow;
    this.keys = keys;
    this.running = running;
    this.repeated = repeated;
    this.time = time;
  }

  void ask(String key, SharedRequest shared) {
    carryOut(key, shared, shared.fire(Event.ASK));
  }

  /** Applies the effects of a claim. {@code RELEASE} is that of a late one, see above. */
  private void carryOut(String key, SharedRequest shared, Effect effect) {
    switch (effect) {
      case CLAIM -> claim(key, shared);
      case CLAIM_LATER -> claimLater(key, shared);
      case START -> start(key, shared);
      case DECIDE -> shared.decided().complete(null);
      case DECIDE_AND_CLAIM -> {
        shared.decided().complete(null);
        claim(key, shared);
      }
      case RELEASE -> keys.release(key, shared.first().id());
      case NONE -> {}
      default -> throw new IllegalStateException("unexpected effect " + effect);
    }
  }

  /**
   * Requests the claim. Its answer is passed to the loop of the first request, on which the request
   * begins if it is granted.
   */
  private void claim(String key, SharedRequest shared) {
    NewSessionRequest request = shared.first();
    keys.claim(key, shared.bodyHash(), request.id())
        .whenCompleteAsync(
            (claim, failure) ->
                guarded(
                    key,
                    shared,
                    () -> {
                      if (failure == null) {
                        claimed(key, shared, claim);
                      } else {
                        unanswered(key, shared, failure);
                      }
                    }),
            request.executor());
  }

  /**
   * Claims after a pause. A signal or the sweep may claim earlier; the event of the timer then
   * costs at most one more claim.
   */
  private void claimLater(String key, SharedRequest shared) {
    Duration pause = CLAIM_PAUSES.get(shared.unansweredClaims() - 1);
    Timers.after(
        time.timer(),
        pause,
        "another claim for request " + shared.first().id(),
        () ->
            shared.first().executor().execute(() -> guarded(key, shared, () -> ask(key, shared))));
  }

  /**
   * Applies a claim that the store refused or whose answer was lost. The request doesn't begin
   * without a granted claim, because another replica may begin it too. One that another replica had
   * waits for the sweep; any other is claimed again after a pause, and answered with an error after
   * the last one.
   */
  private void unanswered(String key, SharedRequest shared, Throwable failure) {
    if (shared.wasElsewhere()) {
      carryOut(key, shared, shared.fire(Event.CLAIM_FAILED));
    } else if (shared.unansweredClaims() < CLAIM_PAUSES.size() || shared.isClosed()) {
      carryOut(key, shared, shared.fire(Event.CLAIM_UNANSWERED));
    } else {
      log.warn(
          "request {} is refused, because its idempotency key can't be claimed: {}",
          shared.first().id(),
          failure.toString());
      replay(key, shared, NewSessionAnswer.forNow(notClaimed(), legacy(shared)));
    }
  }

  private void claimed(String key, SharedRequest shared, Claim claim) {
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
      carryOut(key, shared, shared.fire(Event.CLAIMED));
    }
  }

  /**
   * Waits for the replica that has the key. Without a hash, its row refused the claim and was gone
   * when it was read after that: the key is claimed again at once.
   */
  private void heldElsewhere(String key, SharedRequest shared, String bodyHash) {
    if (!bodyHash.isEmpty() && !bodyHash.equals(shared.bodyHash())) {
      repeated.run();
      replay(key, shared, NewSessionAnswer.of(otherBody().error(), legacy(shared)));
    } else {
      Event event = bodyHash.isEmpty() ? Event.KEY_FREED : Event.HELD_ELSEWHERE;
      carryOut(key, shared, shared.fire(event));
    }
  }

  /**
   * Begins the request; one that waited for another replica with a new arrival, so with its full
   * time.
   */
  private void start(String key, SharedRequest shared) {
    NewSessionRequest request =
        shared.wasElsewhere() ? shared.first().arrivedAt(time.clock().instant()) : shared.first();
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

  /**
   * Gives an answer that needn't be recorded: a recorded one, or an error. Nothing follows if the
   * request was closed meanwhile; its claim was released then.
   */
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
   * fails: then it is given all the same, and the sweep records it. A repeat that arrives before
   * that receives it from {@link SettledKeys} here; elsewhere it waits.
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

  private static WebDriverError notClaimed() {
    return Refusals.plain(
        "No session was created, because the store is busy or can't be reached and can't record the"
            + " X-Idempotency-Key; repeat the request with the same key");
  }

  static ProtocolException otherBody() {
    return new ProtocolException(
        WebDriverError.of(
            ErrorCode.INVALID_ARGUMENT,
            "This X-Idempotency-Key was used with another body; use a new key for a new request"));
  }
}
