package io.gridfleet.lb.newsession;

import io.gridfleet.lb.newsession.SharedRequestMachine.Effect;
import io.gridfleet.lb.newsession.SharedRequestMachine.Event;
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
  private final KeyedRequests running;
  private final Runnable repeated;
  private final InstantSource clock;

  SharedRequestFlow(
      NewSessionFlow flow,
      SettledKeys keys,
      KeyedRequests running,
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
  void ask(String key, SharedStory story, boolean late) {
    carryOut(key, story, late, story.fire(Event.ASK));
  }

  private void carryOut(String key, SharedStory story, boolean late, Effect effect) {
    switch (effect) {
      case CLAIM -> claim(key, story, late);
      case START -> start(key, story, late);
      case DECIDE -> story.decided().complete(null);
      case DECIDE_AND_CLAIM -> {
        story.decided().complete(null);
        claim(key, story, true);
      }
      case LET_GO -> keys.letGo(key, story.first().id());
      case NONE -> {}
      default -> throw new IllegalStateException(effect + " isn't carried out there");
    }
  }

  private void claim(String key, SharedStory story, boolean late) {
    NewSessionRequest request = story.first();
    keys.claim(key, story.bodyHash(), request.id())
        .whenCompleteAsync(
            (claim, failure) ->
                guarded(
                    key, story, () -> claimed(key, story, late, failure == null ? claim : null)),
            request.executor());
  }

  /**
   * Where the store can't say at first who answers, it is we: new sessions need it, too.
   *
   * @param claim null where the store didn't answer
   */
  private void claimed(String key, SharedStory story, boolean late, @Nullable Claim claim) {
    if (claim instanceof Answered before) {
      repeated.run();
      replay(
          key,
          story,
          before.bodyHash().equals(story.bodyHash())
              ? NewSessionAnswer.asSaid(before.status(), before.body())
              : NewSessionAnswer.of(otherBody().error(), legacy(story)));
    } else if (claim instanceof Elsewhere elsewhere) {
      heldElsewhere(key, story, elsewhere.bodyHash());
    } else {
      Event event = claim == null && late ? Event.CLAIM_FAILED : Event.CLAIMED;
      carryOut(key, story, late, story.fire(event));
    }
  }

  private void heldElsewhere(String key, SharedStory story, String bodyHash) {
    if (!bodyHash.isEmpty() && !bodyHash.equals(story.bodyHash())) {
      repeated.run();
      replay(key, story, NewSessionAnswer.of(otherBody().error(), legacy(story)));
    } else {
      Event event = bodyHash.isEmpty() ? Event.KEY_FREED : Event.HELD_ELSEWHERE;
      carryOut(key, story, true, story.fire(event));
    }
  }

  /** Who waited for another replica has all its time from now on. */
  private void start(String key, SharedStory story, boolean late) {
    NewSessionRequest request = late ? story.first().arrivedAt(clock.instant()) : story.first();
    PendingSession pending = flow.begin(request);
    started(story, pending);
    pending.answer().thenAccept(answer -> guarded(key, story, () -> answered(key, story, answer)));
  }

  /** All may have left since it was begun, each on its own loop. */
  void started(SharedStory story, PendingSession pending) {
    switch (story.started(pending)) {
      case DECIDE -> story.decided().complete(null);
      case LEAVE -> pending.clientLeft();
      case NONE -> {}
      default -> throw new IllegalStateException("what starts late isn't left");
    }
  }

  /** An answer that is known without a node: it isn't recorded, for it is, or it is an error. */
  void replay(String key, SharedStory story, NewSessionAnswer answer) {
    if (story.answered(Event.REPLAYED, answer) == Effect.ANSWER) {
      running.remove(key, story);
      story.decided().complete(null);
      if (story.mayHoldKey()) {
        keys.letGo(key, story.first().id());
      }
      story.answerAll();
    }
  }

  /** An answer that lasts is durable before anybody reads it, unless the store can't be told. */
  private void answered(String key, SharedStory story, NewSessionAnswer answer) {
    Event event = answer.lasting() ? Event.LASTING_ANSWER : Event.PASSING_ANSWER;
    String claim = story.first().id();
    switch (story.answered(event, answer)) {
      case RECORD ->
          keys.record(key, claim, new Answered(story.bodyHash(), answer.status(), answer.body()))
              .whenComplete((done, failure) -> guarded(key, story, () -> recorded(key, story)));
      case LET_GO_AND_ANSWER -> {
        running.remove(key, story);
        keys.letGo(key, claim);
        story.answerAll();
      }
      case LET_GO -> keys.letGo(key, claim);
      default -> throw new IllegalStateException("an answer is neither recorded nor given");
    }
  }

  /** The key is in the map until its answer is read: a repeat joins, and asks the store nothing. */
  private void recorded(String key, SharedStory story) {
    if (story.fire(Event.RECORDED) == Effect.ANSWER) {
      story.answerAll();
      running.remove(key, story);
    }
  }

  /** Never throws: the caller is a connection that closes. */
  void allLeft(String key, SharedStory story, Effect effect) {
    guarded(key, story, () -> leaveAll(key, story, effect));
  }

  private void leaveAll(String key, SharedStory story, Effect effect) {
    if (effect != Effect.NONE) {
      forget(key, story);
    }
    if (effect == Effect.FORGET_AND_LEAVE) {
      story.leavePending();
    }
  }

  /** A request that waits for another body's isn't in the map, and has no claim to let go. */
  private void forget(String key, SharedStory story) {
    story.decided().complete(null);
    if (running.remove(key, story)) {
      keys.letGo(key, story.first().id());
    }
  }

  /** Fires an event; a mistake in it ends the request. */
  void guarded(String key, SharedStory story, Runnable event) {
    try {
      event.run();
    } catch (RuntimeException mistake) {
      broken(key, story, mistake);
    }
  }

  /** A mistake in the program costs those who listen an error, and nobody the key. */
  void broken(String key, SharedStory story, RuntimeException mistake) {
    log.error("request {} with an idempotency key is broken off", story.first().id(), mistake);
    Effect effect = story.broken(NewSessionAnswer.forNow(Refusals.mistake(), legacy(story)));
    if (effect == Effect.NONE) {
      return;
    }
    forget(key, story);
    if (effect == Effect.FAIL_AND_LEAVE) {
      story.leavePending();
    }
    story.answerAll();
  }

  private static boolean legacy(SharedStory story) {
    return story.first().payload().legacy();
  }

  static ProtocolException otherBody() {
    return new ProtocolException(
        WebDriverError.of(
            ErrorCode.INVALID_ARGUMENT,
            "This X-Idempotency-Key was used with another body; use a new key for a new request"));
  }
}
