/**
 * What happened, for people: records of new session requests and of devices. They decide nothing,
 * so they are written later, in batches, or not at all: {@link
 * io.gridfleet.lb.history.HistoryWriter} never makes its callers wait. In: the steps of requests,
 * translated by {@code app.wiring} from their listener. Out: the ports that {@code api.history}
 * reads, implemented by the store. Threads: event loops offer, the {@code timer} starts batches,
 * the store's threads write them.
 */
@NullMarked
package io.gridfleet.lb.history;

import org.jspecify.annotations.NullMarked;
