/**
 * The processes that use one store: their rows and heartbeats, the duties that one of them does for
 * all, and the offset of the store's clock. {@code Replica} and {@code Replicas} are used by other
 * features; {@code StoreClock} and {@code SharedDuties} by {@code signal} and {@code sql} only.
 * Threads: any; the heartbeat is written, and the clock measured, by {@code store-heartbeat}.
 */
@NullMarked
package io.gridfleet.lb.store.replica;

import org.jspecify.annotations.NullMarked;
