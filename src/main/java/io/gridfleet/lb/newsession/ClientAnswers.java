package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the client of a request reads. Called on the executor of the request; nothing is given back
 * here.
 */
final class ClientAnswers {
  /** Clients take an answer with a lower status for a session. */
  private static final int LEAST_ERROR = 400;

  private final NewSessionListener listener;
  private final InstantSource clock;

  ClientAnswers(NewSessionListener listener, InstantSource clock) {
    this.listener = listener;
    this.clock = clock;
  }

  void session(Story story, Session session, NewSessionAnswer answer) {
    listener.created(story.request(), session, took(story));
    story.answer(answer);
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
  void outOfTime(Story story) {
    AttemptOutcome.DeviceFailed last = story.lastFailure();
    WebDriverError error =
        last == null ? Refusals.plain(Refusals.NONE_AVAILABLE) : Refusals.lastWords(last);
    refuse(story, Refusals.afterAttempts(error, Map.of(), story.attempts()));
  }

  /** What the node said is the answer, byte for byte where it is an error. */
  void asTheNodeSaid(Story story, Attempt attempt, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Refused refused) {
      asSaid(story, attempt, refused.answer(), refused.answer().error().message());
    } else if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      failed
          .answer()
          .ifPresentOrElse(
              said -> asSaid(story, attempt, said, failed.cause()),
              () -> refuse(story, Refusals.lastWords(failed)));
    }
  }

  private void asSaid(Story story, Attempt attempt, AttemptOutcome.Answer said, String cause) {
    if (said.status() < LEAST_ERROR) {
      refuse(story, Refusals.noError(attempt.device().node().id(), said, cause));
    } else {
      error(story, said.error(), NewSessionAnswer.asSaid(said.status(), said.body()));
    }
  }

  /** The request was judged: a repeat of it reads the same. */
  void refuse(Story story, WebDriverError error) {
    error(story, error, NewSessionAnswer.of(error, legacy(story)));
  }

  /** The trouble isn't the request's: a repeat of it may fare better. */
  void refuseForNow(Story story, WebDriverError error) {
    error(story, error, NewSessionAnswer.forNow(error, legacy(story)));
  }

  /** A mistake in the program ended the request: answered unless it was answered before. */
  void mistake(Story story) {
    if (!story.answer().isDone()) {
      refuseForNow(story, Refusals.mistake());
    }
  }

  private static boolean legacy(Story story) {
    return story.request().payload().legacy();
  }

  private void error(Story story, WebDriverError error, NewSessionAnswer answer) {
    listener.refused(story.request(), error, took(story));
    story.answer(answer);
  }

  private Duration took(Story story) {
    return Duration.between(story.request().arrival(), clock.instant());
  }
}
