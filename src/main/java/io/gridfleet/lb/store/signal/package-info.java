/**
 * What replicas tell each other, by notifications of PostgreSQL: {@code SignalSender} sends signals
 * as part of a transaction, {@code PostgresSignals} sends others and receives. {@code StoreSignals}
 * is the entry; {@code SignalledChange} is a change of one row with its signal. Used by {@code sql}
 * only. Threads: signals are sent by the thread of the operation, and received on {@code
 * store-signals}, which calls the listeners.
 */
@NullMarked
package io.gridfleet.lb.store.signal;

import org.jspecify.annotations.NullMarked;
