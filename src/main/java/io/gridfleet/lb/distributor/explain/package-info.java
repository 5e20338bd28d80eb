/**
 * Why a request waits, in words: the state of the lab at one moment, copied under the distributor's
 * lock, and what hinders each device for a request. Threads: any; everything is immutable or
 * thread-safe, and nothing is computed under the lock.
 */
@NullMarked
package io.gridfleet.lb.distributor.explain;

import org.jspecify.annotations.NullMarked;
