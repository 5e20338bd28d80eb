/**
 * Who matches waiting requests to devices, and the queue where they wait: matching, pick
 * strategies, wake-ups, order between replicas. Comes in: orders for a device, news of devices,
 * what other replicas tell of their queues. Goes out: placements, and the same for the others.
 * Threads: any; one lock guards the model, nothing is called under it. In a large lab, devices are
 * asked and refusals explained on a thread of their own, from copies and without the lock.
 *
 * <p>Where to look: the states of a waiting request in {@code Waiter}, what they do in {@code
 * WaiterTransitions}; a new pick strategy in {@link io.gridfleet.lb.distributor.PickStrategy}; a
 * new inhibitor in {@code DeviceState} (what admits a request), {@code DeviceSnapshot} (the copy)
 * and {@code DeviceInhibitors} (its words); what the store answers in {@code LockRequests}; the
 * order between replicas in {@code Precedence}, {@code LocalHeads} and {@code RemoteHeads}; what
 * must hold between two changes in the {@code verify} methods.
 */
@NullMarked
package io.gridfleet.lb.distributor;

import org.jspecify.annotations.NullMarked;
