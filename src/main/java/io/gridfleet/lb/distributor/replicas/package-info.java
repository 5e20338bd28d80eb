/**
 * The order between replicas: heads of this replica's queues as published, heads of the others as
 * received, and the devices that are yielded to requests that have waited longer elsewhere. In:
 * signals of other replicas, changes of the queues here. Out: signals, and which replicas go before
 * a request. Threads: none of its own; everything but {@code QuestionText} is guarded by the
 * distributor's lock.
 *
 * <p>Where to look: how long a device is yielded in {@code Precedence}; what is published in {@code
 * LocalHeads}; what of others counts, and for how long, in {@code RemoteHeads}; the form of a
 * question in a signal in {@code QuestionText}.
 */
@NullMarked
package io.gridfleet.lb.distributor.replicas;

import org.jspecify.annotations.NullMarked;
