package io.gridfleet.lb.newsession;

import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.newsession.answer.RequestPage;
import io.gridfleet.lb.newsession.attempt.Attempt;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * Answers the client of a request. Called on the executor of the request. Releases no lock and ends
 * no session; see {@link LockReturn}.
 */
final class ClientAnswers {
  /** Clients interpret an answer with a lower status as a session. */
  private static final int MIN_ERROR = 400;

  private static final int UNAUTHORIZED = 401;

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

  /** Answers a request whose wait ended without a device. */
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

  /** Answers a request whose time for further attempts is over. */
  void outOfTime(NewSessionState state) {
    AttemptOutcome.DeviceFailed last = state.lastFailure();
    WebDriverError error =
        last == null ? Refusals.plain(Refusals.NONE_AVAILABLE) : Refusals.lastWords(last);
    refuse(state, Refusals.afterAttempts(error, Map.of(), state.attempts()));
  }

  /** Forwards the node's answer, unchanged if it is an error. */
  void asTheNodeSaid(NewSessionState state, Attempt attempt, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Refused refused) {
      asReceived(state, attempt, refused.answer(), refused.answer().error().message());
    } else if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      failed
          .answer()
          .ifPresentOrElse(
              said -> asReceived(state, attempt, said, failed.cause()),
              () -> refuse(state, Refusals.lastWords(failed)));
    }
  }

  private void asReceived(
      NewSessionState state, Attempt attempt, AttemptOutcome.Answer said, String cause) {
    if (said.status() < MIN_ERROR) {
      refuse(state, Refusals.noError(attempt.device().node().id(), said, cause));
    } else {
      error(state, said.error(), NewSessionAnswer.asReceived(said.status(), said.body()));
    }
  }

  /** Answers with an error that repeats of the request receive too. */
  void refuse(NewSessionState state, WebDriverError error) {
    error(state, error, NewSessionAnswer.of(explained(state, error), legacy(state)));
  }

  /** Answers with a transient error, after which a repeat is processed anew. */
  void refuseForNow(NewSessionState state, WebDriverError error) {
    error(state, error, NewSessionAnswer.forNow(explained(state, error), legacy(state)));
  }

  /** Of a request without a valid token nothing is recorded. */
  private static WebDriverError explained(NewSessionState state, WebDriverError error) {
    return error.status() == UNAUTHORIZED ? error : RequestPage.mentionedIn(error, state.request());
  }

  /** Answers a request that was ended by a bug, unless it is answered already. */
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
