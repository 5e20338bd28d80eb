package io.gridfleet.lb.run;

import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.SessionMap;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The live sessions of runs; a port over package session. */
public interface SessionsOfRun {

  /**
   * Ends the live sessions of a run that was cancelled or expired: deletes them on their nodes and
   * frees their devices. Completes when all are done; a session that can't be deleted isn't an
   * error.
   *
   * @param by who ended the run; empty if nobody did
   */
  CompletionStage<Void> end(RunId run, Optional<String> by);

  /** Ends the sessions of a run in the session map. */
  static SessionsOfRun of(SessionMap sessions, EndSession endSession) {
    return new EndSessionsOfRun(sessions, endSession);
  }
}
