package io.gridfleet.lb.recovery;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What dead attempts left on nodes that keep no answers by key: sessions of the node's list that
 * nobody knows. A session that an attempt is starting right now is unknown too; so what is unknown
 * at the first look is ended when every attempt that was under way on the node then has come to its
 * end, and it is unknown still.
 */
public final class UnclaimedSessions {
  private static final Logger log = LoggerFactory.getLogger(UnclaimedSessions.class);

  private static final int MAX = 10_000;

  private final NodeSessions nodes;
  private final Known known;
  private final Patience patience;
  private final LongSupplier nanos;

  /** One that another replica has cleaned up stays here; a lock that is forgotten waits longer. */
  private final Map<DeviceLock, Suspects> suspected =
      Caffeine.newBuilder().maximumSize(MAX).<DeviceLock, Suspects>build().asMap();

  /** What all replicas together know. */
  public interface Known {
    /** Locks of attempts on a node's devices that a living replica looks after. */
    CompletionStage<Set<DeviceLock>> attemptsOn(NodeId node);

    CompletionStage<Set<SessionId>> liveSessions();
  }

  /**
   * How long a device stays locked for a session that wasn't found.
   *
   * @param listed on a node that lists its sessions: as long as a creation may take
   * @param unlisted on one that doesn't: as long as a node keeps a session that gets no command
   * @param unanswered on an Appium server that may be creating it still: as long as any session may
   *     be silent
   */
  public record Patience(Duration listed, Duration unlisted, Duration unanswered) {}

  /**
   * @param since when this replica looked first, by its monotonic clock
   * @param unknown sessions that may be the attempt's
   * @param underWay attempts of that moment that may turn out to own one of them
   */
  private record Suspects(long since, Set<SessionId> unknown, Set<DeviceLock> underWay) {}

  public UnclaimedSessions(NodeSessions nodes, Known known, Patience patience, LongSupplier nanos) {
    this.nodes = nodes;
    this.known = known;
    this.patience = patience;
    this.nanos = nanos;
  }

  /** Looks once. True when the attempt's session is ended or can't be there any more. */
  public CompletionStage<Boolean> gone(DeviceLock orphan, NodeId node) {
    Suspects before =
        suspected.computeIfAbsent(
            orphan, first -> new Suspects(nanos.getAsLong(), Set.of(), Set.of()));
    return nodes
        .listed(node)
        .thenCompose(
            list ->
                list.isPresent()
                    ? unknown(list.get(), node).thenCompose(now -> judge(orphan, node, before, now))
                    : CompletableFuture.completedFuture(isOver(before, patience.unlisted())))
        .thenApply(gone -> gone && forget(orphan));
  }

  /**
   * For {@link LeftoverSession#UNANSWERED}: true when a session that the node may still have
   * created has ended by its own time-out. The node's list is of no use: a session there may be
   * that of another attempt, and the creation may go on.
   */
  public boolean timedOut(DeviceLock orphan) {
    Suspects first =
        suspected.computeIfAbsent(
            orphan, lock -> new Suspects(nanos.getAsLong(), Set.of(), Set.of()));
    return isOver(first, patience.unanswered()) && forget(orphan);
  }

  private boolean forget(DeviceLock orphan) {
    suspected.remove(orphan);
    return true;
  }

  private boolean isOver(Suspects suspects, Duration time) {
    return nanos.getAsLong() - suspects.since() >= time.toNanos();
  }

  /**
   * The list was read first, then attempts, then sessions: what an attempt has published in between
   * is known, and what it hasn't is under way.
   */
  private CompletionStage<Suspects> unknown(Set<SessionId> listed, NodeId node) {
    return known
        .attemptsOn(node)
        .thenCompose(
            underWay ->
                known
                    .liveSessions()
                    .thenApply(live -> new Suspects(0, without(listed, live), underWay)));
  }

  private static Set<SessionId> without(Set<SessionId> listed, Set<SessionId> live) {
    Set<SessionId> rest = new HashSet<>(listed);
    rest.removeAll(live);
    return rest;
  }

  private CompletionStage<Boolean> judge(
      DeviceLock orphan, NodeId node, Suspects before, Suspects now) {
    boolean first = before.unknown().isEmpty();
    Set<SessionId> unknown = new HashSet<>(now.unknown());
    Set<DeviceLock> underWay = new HashSet<>(now.underWay());
    if (!first) {
      unknown.retainAll(before.unknown());
      underWay.retainAll(before.underWay());
    }
    if (unknown.isEmpty()) {
      suspected.put(orphan, new Suspects(before.since(), Set.of(), Set.of()));
      return CompletableFuture.completedFuture(isOver(before, patience.listed()));
    }
    if (!underWay.isEmpty()) {
      suspected.put(orphan, new Suspects(before.since(), unknown, underWay));
      return CompletableFuture.completedFuture(false);
    }
    log.info("node {} holds {} that nobody knows: they are ended", node, unknown);
    return endAll(node, unknown);
  }

  private CompletionStage<Boolean> endAll(NodeId node, Set<SessionId> unknown) {
    CompletionStage<Boolean> all = CompletableFuture.completedFuture(true);
    for (SessionId id : unknown) {
      all = all.thenCombine(nodes.delete(node, id), Boolean::logicalAnd);
    }
    return all;
  }
}
