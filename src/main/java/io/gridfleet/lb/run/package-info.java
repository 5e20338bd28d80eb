/**
 * CI runs: reservations, cooldown, heartbeat and expiry; driver packs and the description of
 * devices in their terms; reports of suites on their sessions, and the list of both. Input:
 * commands of {@code api}. Output: changes for the store, bindings for the distributor. Threads:
 * any; expiry runs on the {@code timer}.
 */
@NullMarked
package io.gridfleet.lb.run;

import org.jspecify.annotations.NullMarked;
