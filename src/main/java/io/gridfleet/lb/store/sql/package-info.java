/**
 * The ports of the features as SQL: one class a port, {@code Statements} executes every statement,
 * {@code DeferredWrites} holds what could not be written yet. {@code session_list}, which {@code
 * SqlSessionPages} reads, is written by triggers of the migrations only. Threads: {@code store-1}
 * is the writer, {@code store-2…} execute the other statements, {@code store-heartbeat} for the
 * heartbeat, {@code store-signals} for notifications.
 */
@NullMarked
package io.gridfleet.lb.store.sql;

import org.jspecify.annotations.NullMarked;
