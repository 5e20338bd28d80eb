package io.gridfleet.lb.recovery;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends sessions that dead attempts left on nodes without idempotency keys: sessions in the node's
 * list that aren't recorded. A session that a live attempt is starting isn't recorded either; so a
 * session that is unknown at the first look is ended only if it is still unknown after every
 * attempt in flight at that time has finished. A session that was created without this server can't
 * be distinguished from one that an attempt left, and is ended too.
 *
 * <p>States of an orphaned lock: unseen; first look taken, with its unknown sessions and the
 * attempts that may own one; gone. Each further look keeps what is in both, so both sets only
 * shrink. If no unknown session is left, the next look is a first one again: the node may still be
 * creating the session of the dead attempt, which then appears later. That ends when a creation at
 * the last moment of the lock must have ended.
 *
 * <p>Threads: any; the stages of a look continue on those of the node and of the store. Two looks
 * at one lock may overlap after its claim has expired. Each decides by the first look that it
 * started with, so either result is right, whichever is stored last.
 */
final class UnclaimedSessions {
  private static final Logger log = LoggerFactory.getLogger(UnclaimedSessions.class);

  private static final int MAX = 10_000;

  private final NodeSessions nodes;
  private final Known known;
  private final SessionRecovery.Patience patience;
  private final LongSupplier nanos;

  /**
   * Locks that another replica cleaned up stay until evicted; an evicted lock without limits starts
   * its wait again.
   */
  private final Map<DeviceLock, Suspects> suspected =
      Caffeine.newBuilder().maximumSize(MAX).<DeviceLock, Suspects>build().asMap();

  /** The sessions and attempts that all replicas know. */
  interface Known {
    /** Returns the locks of attempts on a node's devices that may still publish a session. */
    CompletionStage<Set<DeviceLock>> attemptsOn(NodeId node);

    CompletionStage<Set<SessionId>> liveSessions();
  }

  /**
   * @param since the time of the first look, by this replica's monotonic clock
   * @param unknown sessions that the attempt may have created
   * @param underWay attempts in flight at that time, which may own one of them
   */
  private record Suspects(long since, Set<SessionId> unknown, Set<DeviceLock> underWay) {}

  UnclaimedSessions(
      NodeSessions nodes, Known known, SessionRecovery.Patience patience, LongSupplier nanos) {
    this.nodes = nodes;
    this.known = known;
    this.patience = patience;
    this.nanos = nanos;
  }

  /** Checks once. Returns true if the attempt's session was ended or can't exist any more. */
  CompletionStage<Boolean> isGone(ExpiredLock orphan, NodeId node) {
    Suspects before = suspects(orphan.lock());
    return nodes
        .listed(node)
        .thenCompose(
            list ->
                list.isPresent()
                    ? unknown(list.get(), node)
                        .thenCompose(now -> evaluate(orphan, node, before, now))
                    : CompletableFuture.completedFuture(hasTimedOut(orphan, patience.unlisted())))
        .thenApply(gone -> gone && remove(orphan.lock()));
  }

  /**
   * Returns, for {@link LeftoverSession#UNANSWERED}, whether a session that the node may have
   * created has ended by its idle limit. The node's list isn't read: a session in it may belong to
   * another attempt, and the creation may still be in progress.
   */
  boolean timedOut(ExpiredLock orphan) {
    return hasTimedOut(orphan, patience.unanswered()) && remove(orphan.lock());
  }

  /** Returns whether a session that was created at the last moment has ended by its idle limit. */
  private boolean hasTimedOut(ExpiredLock orphan, Duration otherwise) {
    return isOver(orphan, limits -> limits.creation().plus(limits.idle()), otherwise);
  }

  /**
   * Returns whether a time has passed since a lock expired, or, if it has no limits, since the
   * first look. The first is measured by the store's clock when the lock was claimed: a look at a
   * lock that was claimed some time ago finds less time than has passed, never more.
   */
  private boolean isOver(
      ExpiredLock orphan, Function<SessionLimits, Duration> time, Duration otherwise) {
    return orphan
        .limits()
        .map(limits -> orphan.overdue().compareTo(time.apply(limits)) >= 0)
        .orElseGet(
            () -> nanos.getAsLong() - suspects(orphan.lock()).since() >= otherwise.toNanos());
  }

  private Suspects suspects(DeviceLock orphan) {
    return suspected.computeIfAbsent(
        orphan, first -> new Suspects(nanos.getAsLong(), Set.of(), Set.of()));
  }

  private boolean remove(DeviceLock orphan) {
    suspected.remove(orphan);
    return true;
  }

  /**
   * Returns the unknown sessions. The node's list is read first, then attempts, then sessions: a
   * session published in between is recorded, any other still has its attempt in flight.
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

  private CompletionStage<Boolean> evaluate(
      ExpiredLock orphan, NodeId node, Suspects before, Suspects now) {
    boolean first = before.unknown().isEmpty();
    Set<SessionId> unknown = new HashSet<>(now.unknown());
    Set<DeviceLock> underWay = new HashSet<>(now.underWay());
    if (!first) {
      unknown.retainAll(before.unknown());
      underWay.retainAll(before.underWay());
    }
    if (unknown.isEmpty()) {
      suspected.put(orphan.lock(), new Suspects(before.since(), Set.of(), Set.of()));
      return CompletableFuture.completedFuture(
          isOver(orphan, SessionLimits::creation, patience.listed()));
    }
    if (!underWay.isEmpty()) {
      suspected.put(orphan.lock(), new Suspects(before.since(), unknown, underWay));
      return CompletableFuture.completedFuture(false);
    }
    log.info("ending unrecorded sessions on node {}: {}", node, unknown);
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
