/**
 * Sessions that nobody drives any more: those of replicas that died during an attempt (orphans),
 * those on nodes that keep no answers by key (unclaimed), those that a node lost while it was away,
 * and those that were live before the start. Comes in: expired locks, lists of nodes, the store.
 * Goes out: ended sessions, released locks. Threads: timers and {@code node-}; no state but
 * schedules.
 */
@NullMarked
package io.gridfleet.lb.recovery;

import org.jspecify.annotations.NullMarked;
