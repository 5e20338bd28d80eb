/**
 * Requests that wait for a device: their states, the queue of each question and the devices that
 * fit it, and the effects of a change. In: events of a request. Out: effects, which run after the
 * lock is released, and changes of queues to their {@code QueueListener}. Threads: everything but
 * {@code MatchResults}, {@code Effects.Pick} and the futures of a {@code Waiter} is guarded by the
 * distributor's lock.
 *
 * <p>Where to look: states and transitions in {@code Waiter}; what each does in {@code
 * WaiterTransitions}; the order in {@code WaitingRequests}; matching without the lock in {@code
 * MatchResults}.
 */
@NullMarked
package io.gridfleet.lb.distributor.queue;

import org.jspecify.annotations.NullMarked;
