/**
 * Who matches waiting requests to devices, and the queue where they wait: matching, pick
 * strategies, wake-ups, order between replicas. Comes in: orders for a device, news of devices,
 * what other replicas tell of their queues. Goes out: placements, and the same for the others.
 * Threads: any; one lock guards the model, nothing is called under it. In a large lab, devices are
 * asked and refusals explained on a thread of their own, from copies and without the lock.
 */
@NullMarked
package io.gridfleet.lb.distributor;

import org.jspecify.annotations.NullMarked;
