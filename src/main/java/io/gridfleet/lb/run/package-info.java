/**
 * CI runs: reservations, cooldown, heartbeat and expiry; driver packs and the description of
 * devices in their terms; reports of suites on their sessions, and the list of both. Input:
 * commands of {@code api}. Output: changes for the store, bindings for the distributor. Threads:
 * any; expiry runs on the {@code timer}.
 *
 * <p>Where to look: every change of a run starts in {@link io.gridfleet.lb.run.RunCommands}, and
 * what a state allows is in {@link io.gridfleet.lb.run.Run}; the devices of live runs are in {@link
 * io.gridfleet.lb.run.RunBindings}. Ports, implemented elsewhere: {@link io.gridfleet.lb.run.Runs},
 * {@link io.gridfleet.lb.run.TestReports} and {@link io.gridfleet.lb.run.SessionPages} by the
 * store, {@link io.gridfleet.lb.run.DeviceStatuses} by the lab. The other public types are values.
 */
@NullMarked
package io.gridfleet.lb.run;

import org.jspecify.annotations.NullMarked;
