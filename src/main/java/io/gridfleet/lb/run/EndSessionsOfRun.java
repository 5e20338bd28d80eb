package io.gridfleet.lb.run;

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
  public CompletionStage<Void> end(RunId run) {
    return sessions.live().thenCompose(live -> end(run, live));
  }

  private CompletionStage<Void> end(RunId run, List<SessionRecord> live) {
    return CompletableFuture.allOf(
        live.stream()
            .filter(record -> SessionRecords.run(record).equals(Optional.of(run)))
            .map(
                record ->
                    endSession
                        .end(
                            record.session().id(),
                            EndReason.RUN_RELEASED,
                            EndSession.NodeKnows.TELL_IT)
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
