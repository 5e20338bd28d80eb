/**
 * Who matches waiting requests to devices, and the queue where they wait: matching, pick
 * strategies, wake-ups. Comes in: orders for a device, news of devices. Goes out: placements.
 * Threads: any; one lock guards the model, nothing is called under it.
 */
@NullMarked
package io.gridfleet.lb.distributor;

import org.jspecify.annotations.NullMarked;
