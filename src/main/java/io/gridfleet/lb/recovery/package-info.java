/**
 * Recovery of sessions: of replicas that died during an attempt (orphans), on nodes without
 * idempotency keys (unclaimed), lost by a node while it was unreachable, and live before the start.
 * Input: expired locks, session lists of nodes, the store. Output: ended sessions, released locks.
 * Threads: the timer and {@code node-}.
 *
 * <p>Where to look: the entry points are {@link io.gridfleet.lb.recovery.SessionRecovery} and, for
 * the sessions that are live, {@link io.gridfleet.lb.recovery.LiveSessions}; orphans, unclaimed and
 * lost sessions have a class each.
 */
@NullMarked
package io.gridfleet.lb.recovery;

import org.jspecify.annotations.NullMarked;
