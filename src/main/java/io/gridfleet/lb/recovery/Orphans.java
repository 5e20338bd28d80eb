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
 * Cleans up after replicas that died during an attempt or while ending a session: deletes the
 * session that may be left on the node and frees the device. If the node doesn't answer, its device
 * stays locked, because the session may still exist, and the clean-up is retried.
 *
 * <p>States of an expired lock, in its row: unclaimed; claimed by a replica for {@link #CLAIM};
 * freed, or claimable again after {@link #RETRY_DELAY}. The claim comes first, because it takes the
 * lock from its holder: a replica that was only paused can then neither renew, publish nor release
 * it, so that no client receives the session that is deleted here. The claim of a replica that dies
 * lapses with its heartbeat.
 *
 * <p>Threads: the timer starts a sweep; stages continue on the store's and nodes' threads. A sweep
 * doesn't wait for the one before. A lock has one clean-up at a time as long as its claim stands.
 * One that lasts longer, or that the store interrupts for longer, may meet that of the next
 * claimant: both only delete what no client can have, and the store lets one of them free the slot.
 *
 * <p>Failures: a node that can't be reached gives the claim back; a store that fails, or a bug, has
 * the whole clean-up of the lock repeated by the next sweep, with the calls to the node.
 */
final class Orphans {
  private static final Logger log = LoggerFactory.getLogger(Orphans.class);

  /** The locks of one sweep. A dead replica had a few hundred attempts in flight at most. */
  private static final int MAX = 100;

  /** Longer than all retries of one request to a node take. */
  private static final Duration CLAIM = Duration.ofMinutes(3);

  /** Short, so that devices are free soon after their node is reachable again. */
  private static final Duration RETRY_DELAY = Duration.ofSeconds(10);

  private final OrphanedLocks locks;
  private final NodeSessions nodes;
  private final Inventory inventory;
  private final UnclaimedSessions unclaimed;
  private final Consumer<DeviceLock> freed;

  /**
   * Claimed locks whose result could not be stored because the store was unavailable. Bounded by
   * the locks that are claimed: none is while the store is away.
   */
  private final Queue<ExpiredLock> unfinished = new ConcurrentLinkedQueue<>();

  Orphans(
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

  /**
   * Starts the clean-up of what the store interrupted, then of what is claimed now. Those that fail
   * again while this runs wait for the next sweep.
   */
  void sweep() {
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
              log.debug("orphaned locks could not be claimed: {}", failure.toString());
              return null;
            });
  }

  /** Cleans up one lock; an exception doesn't affect the others. */
  private void cleanUp(ExpiredLock orphan) {
    CompletableFuture.completedFuture(orphan)
        .thenCompose(this::gone)
        .thenCompose(gone -> gone ? free(orphan) : locks.notCleaned(orphan, RETRY_DELAY))
        .exceptionally(
            failure -> {
              log.warn(
                  "device {} could not be cleaned up yet: {}",
                  inventory.describe(orphan.lock().device()),
                  failure.toString());
              unfinished.add(orphan);
              return null;
            });
  }

  /**
   * Returns whether no session is left; true for a device that isn't in the inventory any more and
   * has no node.
   */
  private CompletionStage<Boolean> gone(ExpiredLock orphan) {
    Optional<Device> device = inventory.device(orphan.lock().device());
    if (device.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    NodeId node = device.get().node().id();
    String holder = orphan.lock().holder();
    return orphan.kind() == Kind.ATTEMPT
        ? leftOver(orphan, node)
        : SessionId.parse(holder)
            .map(session -> nodes.delete(node, session))
            .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  private CompletionStage<Boolean> leftOver(ExpiredLock orphan, NodeId node) {
    return nodes
        .deleteLeftOver(node, orphan.lock().holder())
        .thenCompose(
            left ->
                switch (left) {
                  case NONE -> CompletableFuture.completedFuture(true);
                  case UNREACHABLE -> CompletableFuture.completedFuture(false);
                  case UNDETERMINED -> unclaimed.isGone(orphan, node);
                  case UNANSWERED -> CompletableFuture.completedFuture(unclaimed.timedOut(orphan));
                });
  }

  /**
   * Frees the slot. The distributor is informed in any case: if the store frees nothing, an earlier
   * try has, whose answer was lost, or another replica has the claim. A slot that isn't free after
   * all costs one refused request for its lock.
   */
  private CompletionStage<Void> free(ExpiredLock orphan) {
    return locks
        .cleaned(orphan)
        .thenAccept(
            done -> {
              if (done) {
                log.info(
                    "device {} is free after the clean-up of an orphaned {}",
                    inventory.describe(orphan.lock().device()),
                    orphan.kind() == Kind.ATTEMPT ? "attempt" : "session end");
              }
              freed.accept(orphan.lock());
            });
  }
}
