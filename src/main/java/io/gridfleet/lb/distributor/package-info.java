/**
 * Matching of waiting requests to devices, and their queue: matching, pick strategies, serving,
 * order between replicas. In: requests for a device, updates of devices, signals of other replicas
 * about their queues. Out: placements, and the same signals to other replicas. Threads: any; one
 * lock guards the model, no foreign code is called under it. In a large lab, matching and
 * explanations run on a thread of their own, from copies and without the lock.
 *
 * <p>Where to look: the states of a waiting request in {@code Waiter}, their effects in {@code
 * WaiterTransitions}; a new pick strategy in {@link io.gridfleet.lb.distributor.PickStrategy}; a
 * new inhibitor in {@code DeviceState} (what admits a request), {@code DeviceSnapshot} (the copy)
 * and {@code DeviceInhibitors} (its text); the store's answers in {@code LockRequests}; the order
 * between replicas in {@code Precedence}, {@code LocalHeads} and {@code RemoteHeads}; invariants
 * between two changes in the {@code verify} methods.
 *
 * <p>Exported from the sub-packages: {@code explain.QueueReport}.
 */
@NullMarked
package io.gridfleet.lb.distributor;

import org.jspecify.annotations.NullMarked;
