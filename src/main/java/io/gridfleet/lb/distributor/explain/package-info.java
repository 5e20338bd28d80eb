/**
 * Explanations why a request waits: copies of the devices and the queue, made under the
 * distributor's lock, and the inhibitors of each device for a request. Threads: any; everything is
 * immutable or thread-safe, and nothing is computed under the lock.
 */
@NullMarked
package io.gridfleet.lb.distributor.explain;

import org.jspecify.annotations.NullMarked;
