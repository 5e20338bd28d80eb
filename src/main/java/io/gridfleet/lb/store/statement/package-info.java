/**
 * Executes the operations of the ports: {@code Statements} admits them and has the threads, {@code
 * OperationExecution} executes one or a group in a transaction, in the order of {@code GroupPlace}.
 * Knows whether the store is up, by the failures of operations and by the heartbeat. What a
 * heartbeat does and how signals are sent with a transaction are given by the packages above. Used
 * by {@code replica}, {@code signal} and {@code sql} only, so that no statement is executed past
 * the ports. Threads: {@code store-1} is the writer, {@code store-2…} execute other operations,
 * {@code store-heartbeat} for the heartbeat.
 */
@NullMarked
package io.gridfleet.lb.store.statement;

import org.jspecify.annotations.NullMarked;
