/**
 * Matching of waiting requests to devices, and their queue: matching, pick strategies, serving,
 * order between replicas. In: requests for a device, updates of devices, signals of other replicas
 * about their queues. Out: placements, and the same signals to other replicas. Threads: any; one
 * lock guards the model, no foreign code is called under it. In a large lab, matching and
 * explanations run on a thread of their own, from copies and without the lock.
 *
 * <p>This package has the entry points ({@link io.gridfleet.lb.distributor.Distributor}, {@link
 * io.gridfleet.lb.distributor.FleetUpdates}, {@link io.gridfleet.lb.distributor.ReplicaSignals}),
 * the values that callers use, the lock ({@code ModelLock}), the model as a whole ({@code
 * Matching}, {@code SlotAssignment}, {@code TenantQuotas}) and the calls to the store ({@code
 * LockRequests}). The parts of the model are sub-packages; each uses the values here and the
 * sub-packages before it: {@code explain}, {@code fleet}, {@code queue}, {@code replicas}.
 *
 * <p>Where to look: the states of a waiting request in {@code queue}, in {@code Waiter}, their
 * effects in {@code WaiterTransitions}; a new pick strategy in {@link
 * io.gridfleet.lb.distributor.PickStrategy}; a new inhibitor in {@code DeviceState} of {@code
 * fleet} (what admits a request), {@code DeviceSnapshot} (the copy) and {@code DeviceInhibitors}
 * (its text) of {@code explain}; the store's answers in {@code LockRequests}; the order between
 * replicas in {@code replicas}; invariants between two changes in the {@code verify} methods.
 *
 * <p>{@code replay} uses the entry points: it runs a distributor on recorded requests.
 *
 * <p>Exported from the sub-packages: {@code explain.FittingDevices}, {@code explain.QueueReport},
 * {@code explain.WaitEstimate}, {@code replay.ReplayException}, {@code replay.ReplayResult}, {@code
 * replay.WhatIf}, {@code replay.WhatIfAnswer}, {@code replay.WhatIfQuery}.
 */
@NullMarked
package io.gridfleet.lb.distributor;

import org.jspecify.annotations.NullMarked;
