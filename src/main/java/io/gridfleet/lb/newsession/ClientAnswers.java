package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.attempt.Attempt;
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
  private static final int MIN_ERROR = 400;

  private final NewSessionListener listener;
  private final InstantSource clock;

  ClientAnswers(NewSessionListener listener, InstantSource clock) {
    this.listener = listener;
    this.clock = clock;
  }

  void session(NewSessionState state, Session session, NewSessionAnswer answer) {
    listener.created(state.request(), session, took(state));
    state.answer(answer);
  }

  /** The wait brought no device. */
  void notPlaced(NewSessionState state, Placement placement) {
    WebDriverError error = Refusals.of(placement, state.options(), state.attempts());
    AttemptOutcome.DeviceFailed last = state.lastFailure();
    if (placement instanceof Placement.Closed
        || placement instanceof Placement.Busy
        || placement instanceof Placement.StoreGone) {
      refuseForNow(state, error);
    } else if (last == null || placement instanceof Placement.Removed) {
      refuse(state, error);
    } else {
      WebDriverError words = Refusals.lastWords(last);
      refuse(state, Refusals.afterAttempts(words, error.data(), state.attempts()));
    }
  }

  /** The time for further attempts is over. */
  void outOfTime(NewSessionState state) {
    AttemptOutcome.DeviceFailed last = state.lastFailure();
    WebDriverError error =
        last == null ? Refusals.plain(Refusals.NONE_AVAILABLE) : Refusals.lastWords(last);
    refuse(state, Refusals.afterAttempts(error, Map.of(), state.attempts()));
  }

  /** What the node said is the answer, byte for byte where it is an error. */
  void asTheNodeSaid(NewSessionState state, Attempt attempt, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Refused refused) {
      asSaid(state, attempt, refused.answer(), refused.answer().error().message());
    } else if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      failed
          .answer()
          .ifPresentOrElse(
              said -> asSaid(state, attempt, said, failed.cause()),
              () -> refuse(state, Refusals.lastWords(failed)));
    }
  }

  private void asSaid(
      NewSessionState state, Attempt attempt, AttemptOutcome.Answer said, String cause) {
    if (said.status() < MIN_ERROR) {
      refuse(state, Refusals.noError(attempt.device().node().id(), said, cause));
    } else {
      error(state, said.error(), NewSessionAnswer.asSaid(said.status(), said.body()));
    }
  }

  /** The request was judged: a repeat of it reads the same. */
  void refuse(NewSessionState state, WebDriverError error) {
    error(state, error, NewSessionAnswer.of(error, legacy(state)));
  }

  /** The trouble isn't the request's: a repeat of it may fare better. */
  void refuseForNow(NewSessionState state, WebDriverError error) {
    error(state, error, NewSessionAnswer.forNow(error, legacy(state)));
  }

  /** A mistake in the program ended the request: answered unless it was answered before. */
  void mistake(NewSessionState state) {
    if (!state.answer().isDone()) {
      refuseForNow(state, Refusals.mistake());
    }
  }

  private static boolean legacy(NewSessionState state) {
    return state.request().payload().legacy();
  }

  private void error(NewSessionState state, WebDriverError error, NewSessionAnswer answer) {
    listener.refused(state.request(), error, took(state));
    state.answer(answer);
  }

  private Duration took(NewSessionState state) {
    return Duration.between(state.request().arrival(), clock.instant());
  }
}
