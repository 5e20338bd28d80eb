package io.gridfleet.lb.run;

import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Ends the sessions of a run that was cancelled or expired. */
final class EndSessionsOfRun implements SessionsOfRun {
  private final SessionMap sessions;
  private final EndSession endSession;

  EndSessionsOfRun(SessionMap sessions, EndSession endSession) {
    this.sessions = sessions;
    this.endSession = endSession;
  }

  @Override
  public CompletionStage<Void> end(RunId run, Optional<String> by) {
    EndCause cause = new EndCause(EndReason.RUN_RELEASED, by);
    return sessions.live().thenCompose(live -> end(run, live, cause));
  }

  private CompletionStage<Void> end(RunId run, List<SessionRecord> live, EndCause cause) {
    return CompletableFuture.allOf(
        live.stream()
            .filter(record -> SessionRecords.run(record).equals(Optional.of(run)))
            .map(
                record ->
                    endSession
                        .endKnowing(record.session().id(), cause, EndSession.NodeKnows.TELL_IT)
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
