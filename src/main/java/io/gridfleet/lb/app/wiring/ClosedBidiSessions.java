package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * BiDi-only sessions whose socket has closed. {@code session.end} ends the session on its node,
 * which then closes the socket; a client that only closes its socket leaves the session alive (W3C
 * WebDriver BiDi, "Session end") and may connect to {@code /session/ID} again. So the node is
 * queried several times, since it may still be ending the session.
 */
final class ClosedBidiSessions implements Consumer<Session> {
  private static final Logger log = LoggerFactory.getLogger(ClosedBidiSessions.class);

  /** Time for a browser to end. */
  private static final List<Duration> PAUSES =
      List.of(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(5));

  private final NodeSessions nodes;
  private final EndSession endSession;
  private final ScheduledExecutorService timer;

  ClosedBidiSessions(NodeSessions nodes, EndSession endSession, ScheduledExecutorService timer) {
    this.nodes = nodes;
    this.endSession = endSession;
    this.timer = timer;
  }

  @Override
  public void accept(Session session) {
    check(session, 0);
  }

  private void check(Session session, int times) {
    if (times == PAUSES.size()) {
      log.debug("session {} lives without its socket", session.id());
      return;
    }
    Timers.after(
        timer,
        PAUSES.get(times),
        "the check of session " + session.id(),
        () -> ask(session, times));
  }

  /** A query that fails counts as one that the node didn't answer. */
  private void ask(Session session, int times) {
    CompletionStage<Optional<Boolean>> known;
    try {
      known = nodes.has(session.node(), session.id());
    } catch (RuntimeException failure) {
      known = CompletableFuture.failedFuture(failure);
    }
    Failures.log(
        known
            .exceptionally(
                failure -> {
                  log.warn("session {} can't be checked: {}", session.id(), failure.toString());
                  return Optional.empty();
                })
            .thenCompose(answer -> checked(session, times, answer)),
        "the end of session " + session.id());
  }

  private CompletionStage<?> checked(Session session, int times, Optional<Boolean> known) {
    if (known.isPresent() && !known.get()) {
      return endSession.end(session.id(), EndReason.CLIENT_DELETED, NodeKnows.ALREADY);
    }
    check(session, times + 1);
    return CompletableFuture.completedFuture(null);
  }
}
