package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.recovery.LiveSessions;
import io.gridfleet.lb.router.FrontDoor;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a stop waits for: where other replicas serve the sessions, only the requests in progress
 * here; else the sessions, which are ended afterwards if they would be in no store. Runs on the one
 * thread that stops the server.
 */
record SessionDrain(
    StoreAddress address,
    SqlStore store,
    FrontDoor frontDoor,
    NewSessionFlow flow,
    LiveSessions live,
    EndSession endSession) {
  private static final Logger log = LoggerFactory.getLogger(SessionDrain.class);

  /** A balancer notices an answer of {@code /readyz} after three checks, two seconds apart. */
  private static final Duration NOTICE = Duration.ofSeconds(6);

  /** How long the ends of sessions are waited for once the operator wants to stop now. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  /** Long enough for a driver to end an app, shorter than a supervisor's timeout. */
  private static final Duration LAST_CALLS = Duration.ofSeconds(30);

  void run(Draining drain) {
    Draining.Open attempts = new Draining.Open("attempt", flow::unsettled);
    if (othersServe()) {
      drain.pause(NOTICE);
      drain.await(List.of(new Draining.Open("connection", frontDoor::connections), attempts));
    } else {
      drain.await(List.of(new Draining.Open("session", live::count), attempts));
    }
    if (address instanceof StoreAddress.SqliteMemory) {
      endSessions(drain);
    }
  }

  /** During an outage this is unknown: then sessions are left to the replica that serves later. */
  private boolean othersServe() {
    if (!(address instanceof StoreAddress.Postgres)) {
      return false;
    }
    try {
      return store.replicas().alive().toCompletableFuture().join().size() > 1;
    } catch (CompletionException storeGone) {
      return true;
    }
  }

  /** Ends sessions that no process would know after this one. */
  private void endSessions(Draining drain) {
    CompletableFuture<?>[] ends =
        store.sessionMap().live().toCompletableFuture().join().stream()
            .map(
                record ->
                    endSession.end(record.session().id(), EndReason.SHUTDOWN, NodeKnows.TELL_IT))
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture<?>[]::new);
    if (!drain.awaitCalls(CompletableFuture.allOf(ends), LAST_CALLS, GRACE)) {
      log.warn("some nodes haven't answered that their sessions ended; they stay there");
    }
  }
}
