/**
 * CI runs: reservations, cooldown, heartbeat and expiry; driver packs and what devices are in their
 * words; what suites say about their sessions. Comes in: commands of {@code api}. Goes out: facts
 * for the store, bindings for the distributor. Threads: any; expiry is woken by the {@code timer}.
 */
@NullMarked
package io.gridfleet.lb.run;

import org.jspecify.annotations.NullMarked;
