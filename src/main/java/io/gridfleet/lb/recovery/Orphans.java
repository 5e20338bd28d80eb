package io.gridfleet.lb.recovery;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans up after replicas that died in the middle of an attempt or of an ending: deletes on the
 * node what the attempt may have left, or the session that ended, and frees the device. A node that
 * can't be asked is asked again, and its device stays locked as long: it may hold the session
 * still.
 */
public final class Orphans {
  private static final Logger log = LoggerFactory.getLogger(Orphans.class);

  /** A dead replica had a few hundred attempts under way at the most. */
  private static final int MAX = 100;

  /** Longer than a node may take for the answers to all the tries of one question. */
  private static final Duration CLAIM = Duration.ofMinutes(3);

  /** A node that is back should have its devices back within moments. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final OrphanedLocks locks;
  private final NodeSessions nodes;
  private final Inventory inventory;
  private final UnclaimedSessions unclaimed;
  private final Consumer<DeviceLock> freed;

  /** Claimed here, and the store went away before it could be told what became of them. */
  private final Queue<ExpiredLock> unfinished = new ConcurrentLinkedQueue<>();

  public Orphans(
      OrphanedLocks locks,
      NodeSessions nodes,
      Inventory inventory,
      UnclaimedSessions unclaimed,
      Consumer<DeviceLock> freed) {
    this.locks = locks;
    this.nodes = nodes;
    this.inventory = inventory;
    this.unclaimed = unclaimed;
    this.freed = freed;
  }

  public void sweep() {
    for (int left = unfinished.size(); left > 0; left--) {
      ExpiredLock orphan = unfinished.poll();
      if (orphan != null) {
        cleanUp(orphan);
      }
    }
    locks
        .claimExpired(MAX, CLAIM)
        .thenAccept(found -> found.forEach(this::cleanUp))
        .exceptionally(
            failure -> {
              log.debug("orphaned locks can't be looked for: {}", failure.toString());
              return null;
            });
  }

  /** One that can't even be asked for keeps no other from being cleaned up. */
  private void cleanUp(ExpiredLock orphan) {
    CompletableFuture.completedFuture(orphan)
        .thenCompose(this::gone)
        .thenCompose(gone -> gone ? free(orphan) : locks.notCleaned(orphan, AGAIN))
        .exceptionally(
            failure -> {
              log.warn(
                  "device {} can't be cleaned up yet: {}",
                  inventory.describe(orphan.lock().device()),
                  failure.toString());
              unfinished.add(orphan);
              return null;
            });
  }

  /** A device that left the inventory has no node to be asked. */
  private CompletionStage<Boolean> gone(ExpiredLock orphan) {
    Optional<Device> device = inventory.device(orphan.lock().device());
    if (device.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    NodeId node = device.get().node().id();
    String holder = orphan.lock().holder();
    return orphan.kind() == Kind.ATTEMPT
        ? leftOver(orphan.lock(), node)
        : SessionId.parse(holder)
            .map(session -> nodes.delete(node, session))
            .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  private CompletionStage<Boolean> leftOver(DeviceLock orphan, NodeId node) {
    return nodes
        .deleteLeftOver(node, orphan.holder())
        .thenCompose(
            left ->
                switch (left) {
                  case NONE -> CompletableFuture.completedFuture(true);
                  case UNREACHABLE -> CompletableFuture.completedFuture(false);
                  case UNDETERMINED -> unclaimed.gone(orphan, node);
                  case UNANSWERED -> CompletableFuture.completedFuture(unclaimed.timedOut(orphan));
                });
  }

  private CompletionStage<Void> free(ExpiredLock orphan) {
    return locks
        .cleaned(orphan)
        .thenAccept(
            done -> {
              if (done) {
                log.info(
                    "device {} is free again after {} that nobody finished",
                    inventory.describe(orphan.lock().device()),
                    orphan.kind() == Kind.ATTEMPT ? "an attempt" : "an ending");
              }
              freed.accept(orphan.lock());
            });
  }
}
