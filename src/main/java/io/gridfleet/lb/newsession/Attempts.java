package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.AvoidedDevices;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetNews;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.node.LeftOver;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts attempts, judges their devices by how they ended, and cleans up after them. */
public final class Attempts {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  /** What attempts need of their neighbours. */
  public record Parts(
      NodeCalls calls,
      NodeSessions nodes,
      FailureTable failures,
      AvoidedDevices avoided,
      Distributor distributor,
      LockKeeper keeper) {}

  private final Parts parts;
  private final FleetNews news;
  private final FailureMemory memory = new FailureMemory();
  private final NewSessionListener listener;
  private final Duration avoidFor;
  private final ScheduledExecutorService timer;

  public Attempts(
      Parts parts,
      FleetNews news,
      NewSessionListener listener,
      Duration avoidFor,
      ScheduledExecutorService timer) {
    this.parts = parts;
    this.news = news;
    this.listener = listener;
    this.avoidFor = avoidFor;
    this.timer = timer;
  }

  Attempt start(Story story, Placement.Placed placed) {
    NewSessionRequest request = story.request();
    parts.keeper().keep(placed.lock());
    byte[] body = OutgoingCapabilities.body(request.payload(), placed.candidate(), placed.device());
    Attempt attempt =
        new Attempt(
            placed.device(),
            placed.lock().holder(),
            parts.failures(),
            () -> parts.keeper().surelyHolds(placed.lock()));
    attempt.start(parts.calls(), body, story.wish().times().attempt(), request.executor(), timer);
    return attempt;
  }

  /** Marks or forgives the device. */
  void judge(Story story, Device device, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.DeviceFailed failure) {
      news.attemptFailed(device.id());
      if (memory.marks(device.id(), failure)) {
        avoid(story.request(), device, failure.cause());
      }
    } else if (outcome instanceof AttemptOutcome.Created) {
      memory.succeeded(device.id());
      news.attemptSucceeded(device.id());
      parts.avoided().forgive(device.id()).exceptionally(Attempts::logged);
    }
  }

  private void avoid(NewSessionRequest request, Device device, String cause) {
    listener.avoided(request, device, cause);
    parts
        .avoided()
        .avoid(device.id(), avoidFor, cause)
        .thenAccept(news::avoided)
        .exceptionally(Attempts::logged);
  }

  private static Void logged(Throwable failure) {
    log.warn("avoidance can't be recorded: {}", failure.toString());
    return null;
  }

  CompletionStage<Void> release(DeviceLock lock) {
    return parts.distributor().release(lock);
  }

  /**
   * Waits for what the node says after all, deletes what it created, then frees the device. A node
   * that never answers is asked for what it may have left.
   */
  CompletionStage<Void> cleanUpLate(Attempt attempt, DeviceLock lock) {
    return attempt
        .late()
        .thenCompose(outcome -> discard(attempt, outcome))
        .thenCompose(gone -> releaseOrLeave(gone, lock));
  }

  /** Where the node may hold a session still, the lock expires and a sweep goes on asking. */
  private CompletionStage<Void> releaseOrLeave(boolean gone, DeviceLock lock) {
    if (gone) {
      return release(lock);
    }
    parts.keeper().letGo(lock);
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Boolean> discard(Attempt attempt, AttemptOutcome late) {
    Device device = attempt.device();
    if (late instanceof AttemptOutcome.Created created) {
      return parts.nodes().delete(device.node().id(), created.id());
    }
    boolean mayHaveLeftOne =
        late instanceof AttemptOutcome.DeviceFailed failed && failed.answer().isEmpty();
    return mayHaveLeftOne
        ? parts
            .nodes()
            .deleteLeftOver(device.node().id(), attempt.key())
            .thenApply(left -> left == LeftOver.NONE)
        : CompletableFuture.completedFuture(true);
  }

  /** Deletes a session that couldn't be recorded, then frees its device. */
  CompletionStage<Void> discard(Placement.Placed placed, SessionId session) {
    return parts
        .nodes()
        .delete(placed.device().node().id(), session)
        .thenCompose(gone -> releaseOrLeave(gone, placed.lock()));
  }

  /** The session stands: its lock is the session's now. */
  void handOver(DeviceLock lock) {
    parts.keeper().letGo(lock);
  }
}
