/**
 * The ports of the features as SQL: one class a port; {@code SqlStore} connects them with what is
 * below and is the one public type. {@code Statements} of the package {@code statement} executes
 * their statements, {@code DeferredWrites} holds what could not be written yet. {@code
 * session_list}, which {@code SqlSessionPages} reads, is written by triggers of the migrations
 * only. Threads: the ports are called by any thread; their statements run on {@code store-1} and
 * {@code store-2…}, {@code StoreMaintenance} and deferred writes on {@code store-heartbeat}.
 */
@NullMarked
package io.gridfleet.lb.store.sql;

import org.jspecify.annotations.NullMarked;
