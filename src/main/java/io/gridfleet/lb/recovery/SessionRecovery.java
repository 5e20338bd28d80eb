package io.gridfleet.lb.recovery;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.node.NodeProbeListener;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.session.SessionMap;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Ends what no replica drives any more: attempts and sessions of replicas that died, sessions that
 * attempts left on nodes, and sessions that a node lost while it was unreachable. Thread-safe.
 */
public final class SessionRecovery {
  private final Orphans orphans;
  private final LostSessions lost;

  /** The stored locks and sessions, and the nodes and devices that they are of. */
  public record Parts(
      OrphanedLocks locks, SessionMap sessions, NodeSessionCalls nodes, Inventory inventory) {}

  /**
   * How long a device stays locked for a session that isn't found, from the first look of this
   * process, if the lock has no limits of its own: an older program took it.
   *
   * @param listed on a node that lists its sessions: the maximum duration of a creation
   * @param unlisted on other nodes: the node's own idle limit
   * @param unanswered on an Appium server that may still create it: the longest idle limit of a
   *     session
   */
  public record Patience(Duration listed, Duration unlisted, Duration unanswered) {}

  /**
   * @param freed receives each lock that was released after its clean-up
   * @param timer runs short tasks after a pause
   * @param nanos a monotonic clock
   */
  public SessionRecovery(
      Parts parts,
      Patience patience,
      EndSession endSession,
      Consumer<DeviceLock> freed,
      ScheduledExecutorService timer,
      LongSupplier nanos) {
    UnclaimedSessions unclaimed =
        new UnclaimedSessions(
            parts.nodes(),
            new StoreAttemptLookup(parts.locks(), parts.sessions(), parts.inventory()),
            patience,
            nanos);
    this.orphans = new Orphans(parts.locks(), parts.nodes(), parts.inventory(), unclaimed, freed);
    this.lost = new LostSessions(parts.sessions(), parts.nodes()::forgotten, endSession, timer);
  }

  /** Returns the listener that checks the sessions of a node which answers again. */
  public NodeProbeListener nodeListener() {
    return lost;
  }

  /** Cleans up after replicas that have died; called periodically on the timer's thread. */
  public void sweep() {
    orphans.sweep();
  }
}
