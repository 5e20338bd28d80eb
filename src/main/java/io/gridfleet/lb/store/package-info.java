/**
 * All SQL: migrations, the SQLite and PostgreSQL implementations of the ports that features own,
 * signals between replicas. {@code SqlStore} opens the store and provides the ports; {@code
 * Statements} executes each of their statements, and commits operations that wait together in one
 * transaction; {@code StoreHeartbeat} writes the heartbeat, detects outages and writes what was
 * deferred. Input: an address. Output: facts, and failures that are all {@code StoreException}.
 *
 * <p>Threads: {@code store-1} writes, {@code store-2…}, a few, execute the other statements of the
 * ports; {@code store-heartbeat} for the store's own; {@code store-signals} receives notifications.
 * Stages complete on them, without a connection held.
 *
 * <p>Exported from the sub-packages: {@code sql.Replica}, {@code sql.Replicas}, {@code
 * sql.SqlStore}.
 */
@NullMarked
package io.gridfleet.lb.store;

import org.jspecify.annotations.NullMarked;
