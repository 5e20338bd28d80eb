/**
 * Devices as the distributor sees them: what excludes them from service, and how many of their
 * slots are held or pending, also by node and by tenant. In: the inventory, facts of devices, locks
 * granted and released. Out: the best free device for a request. Threads: none of its own;
 * everything is guarded by the distributor's lock.
 *
 * <p>Where to look: whether a device may serve a request in {@code DeviceState.admits}; the slots
 * of one device in {@code DeviceSlots}; the choice among free devices in {@code SlotTable.pick};
 * sessions of a tenant in {@code TenantSessions}. No type here uses a waiting request.
 */
@NullMarked
package io.gridfleet.lb.distributor.fleet;

import org.jspecify.annotations.NullMarked;
