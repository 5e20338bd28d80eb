package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How stories end: what their clients are told, and how what was taken for them is given back. All
 * on the executor of the request.
 */
final class Endings {
  private static final Logger log = LoggerFactory.getLogger(Endings.class);

  /** Clients take an answer with a lower status for a session. */
  private static final int LEAST_ERROR = 400;

  private final Attempts attempts;
  private final Publisher publisher;
  private final Distributor distributor;
  private final EndSession endSession;
  private final NewSessionListener listener;
  private final InstantSource clock;

  Endings(
      Attempts attempts,
      Publisher publisher,
      Distributor distributor,
      EndSession endSession,
      NewSessionListener listener,
      InstantSource clock) {
    this.attempts = attempts;
    this.publisher = publisher;
    this.distributor = distributor;
    this.endSession = endSession;
    this.listener = listener;
    this.clock = clock;
  }

  /** The client gets its session, if it is still there. */
  void created(Story story, Publisher.Published published) {
    Session session = published.session();
    story.published(session);
    listener.published(story.request(), session);
    if (story.gone()) {
      forNobody(story, session, published.device());
      return;
    }
    listener.created(story.request(), session, took(story));
    story.answer(published.answer());
  }

  /** The session exists on its node, but nobody gets it. */
  void notPublished(
      Story story, Trial trial, AttemptOutcome.Created created, Publisher.NotPublished result) {
    log.warn("session {} can't be recorded: {}", created.id(), result.cause());
    CompletionStage<Void> withdrawn =
        result
            .doubtful()
            .map(publisher::withdraw)
            .orElseGet(() -> CompletableFuture.completedFuture(null));
    attempts
        .discard(trial.placed(), created.id(), withdrawn)
        .thenRunAsync(() -> cleanedUp(story, trial.device()), story.request().executor());
    refuseForNow(story, result.error());
  }

  /** A session that came up for nobody. */
  void forNobody(Story story, Session session, Device device) {
    endSession
        .end(session.id(), EndReason.CLIENT_GONE, NodeKnows.TELL_IT)
        .thenRun(() -> cleanedUp(story, device));
  }

  /** A device that came for nobody. */
  void unwanted(Story story, Placement.Placed placed) {
    distributor.release(placed.lock()).thenRun(() -> cleanedUp(story, placed.device()));
  }

  /**
   * Frees the device of a failed attempt; where the node may still create the session, only when it
   * has said so and the session is deleted. Doesn't wait for that.
   */
  CompletionStage<Void> giveBack(Story story, Trial trial) {
    story.attempting(null);
    story.holding(null);
    if (!trial.attempt().mayLeaveOne()) {
      return attempts.release(trial.lock());
    }
    attempts
        .cleanUpLate(trial.attempt(), trial.lock())
        .thenRunAsync(() -> cleanedUp(story, trial.device()), story.request().executor());
    return CompletableFuture.completedFuture(null);
  }

  private void cleanedUp(Story story, Device device) {
    listener.cleanedUp(story.request(), device);
  }

  /** The wait brought no device. */
  void notPlaced(Story story, Placement placement) {
    WebDriverError error = Refusals.of(placement, story.wish(), story.attempts());
    AttemptOutcome.DeviceFailed last = story.lastFailure();
    if (placement instanceof Placement.Closed
        || placement instanceof Placement.Busy
        || placement instanceof Placement.StoreGone) {
      refuseForNow(story, error);
    } else if (last == null || placement instanceof Placement.Removed) {
      refuse(story, error);
    } else {
      WebDriverError words = Refusals.lastWords(last);
      refuse(story, Refusals.afterAttempts(words, error.data(), story.attempts()));
    }
  }

  /** The time for further attempts is over. */
  void giveUp(Story story) {
    AttemptOutcome.DeviceFailed last = story.lastFailure();
    WebDriverError error =
        last == null ? Refusals.plain(Refusals.NONE_AVAILABLE) : Refusals.lastWords(last);
    refuse(story, Refusals.afterAttempts(error, Map.of(), story.attempts()));
  }

  /** What the node said is the answer, byte for byte where it is an error. */
  void asTheNodeSaid(Story story, Trial trial, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Refused refused) {
      asSaid(story, trial, refused.answer(), refused.answer().error().message());
    } else if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      failed
          .answer()
          .ifPresentOrElse(
              said -> asSaid(story, trial, said, failed.cause()),
              () -> refuse(story, Refusals.lastWords(failed)));
    }
  }

  private void asSaid(Story story, Trial trial, AttemptOutcome.Answer said, String cause) {
    if (said.status() < LEAST_ERROR) {
      refuse(story, Refusals.noError(trial.device().node().id(), said, cause));
    } else {
      answer(story, said.error(), NewSessionAnswer.asSaid(said.status(), said.body()));
    }
  }

  /** A mistake of ours: what was taken is given back, as far as it is known. */
  void broken(Story story, @Nullable Throwable mistake) {
    log.error("the story of request {} broke", story.request().id(), mistake);
    try {
      giveBackAll(story);
    } catch (RuntimeException another) {
      log.error("what request {} held can't be given back", story.request().id(), another);
    }
    refuseForNow(story, Refusals.mistake());
  }

  private void giveBackAll(Story story) {
    Session session = story.session();
    DeviceLock lock = story.holding();
    Attempt attempt = story.attempt();
    Distributor.Wait wait = story.pendingWait();
    story.holding(null);
    if (session != null) {
      endSession.end(session.id(), EndReason.CLIENT_GONE, NodeKnows.TELL_IT);
    } else if (lock != null && attempt != null) {
      attempts.cleanUpLate(attempt, lock);
    } else if (lock != null) {
      attempts.release(lock);
    } else if (wait != null) {
      wait.end(new Placement.Removed("something is wrong in GridFleet LB"));
      wait.outcome().thenAccept(placement -> giveBack(story, placement));
    }
  }

  private void giveBack(Story story, Placement placement) {
    if (placement instanceof Placement.Placed placed) {
      unwanted(story, placed);
    }
  }

  /** The request was judged: a repeat of it reads the same. */
  void refuse(Story story, WebDriverError error) {
    answer(story, error, NewSessionAnswer.of(error, legacy(story)));
  }

  /** The trouble isn't the request's: a repeat of it may fare better. */
  void refuseForNow(Story story, WebDriverError error) {
    answer(story, error, NewSessionAnswer.forNow(error, legacy(story)));
  }

  private static boolean legacy(Story story) {
    return story.request().payload().legacy();
  }

  private void answer(Story story, WebDriverError error, NewSessionAnswer answer) {
    listener.refused(story.request(), error, took(story));
    story.answer(answer);
  }

  private Duration took(Story story) {
    return Duration.between(story.request().arrival(), clock.instant());
  }
}
