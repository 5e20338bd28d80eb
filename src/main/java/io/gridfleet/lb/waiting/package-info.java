/**
 * The waiting requests of other replicas, for people: nothing that decides about a request reads
 * them. In: requests that enter and leave the queue of this replica, from their listener in {@code
 * app.wiring}; the same of other replicas, from the store. Out: the port {@link
 * io.gridfleet.lb.waiting.SharedQueue}, implemented by the store. Threads: event loops note
 * changes, the executor that is given composes rows, the store's threads complete the stages.
 */
@NullMarked
package io.gridfleet.lb.waiting;

import org.jspecify.annotations.NullMarked;
