/**
 * All SQL: migrations, the SQLite and PostgreSQL implementations of the ports that features own,
 * signals between replicas. {@code SqlStore} opens the store and provides the ports. Input: an
 * address. Output: facts, and failures that are all {@code StoreException}. This package has the
 * configuration, the failures and the listener, which the sub-packages share. Each of them uses
 * only this package and those before it:
 *
 * <ul>
 *   <li>{@code open}: opens a database and migrates its schema;
 *   <li>{@code statement}: executes operations on its threads, several in one transaction where
 *       they wait together, and detects outages;
 *   <li>{@code replica}: the processes that use one store, their clock and their shared duties;
 *   <li>{@code signal}: what replicas tell each other;
 *   <li>{@code sql}: the ports of the features, and the store as a whole.
 * </ul>
 *
 * <p>Threads: {@code store-1} writes, {@code store-2…}, a few, execute the other statements of the
 * ports; {@code store-heartbeat} for the store's own; {@code store-signals} receives notifications.
 * Stages complete on them, without a connection held.
 *
 * <p>Exported from the sub-packages: {@code replica.Replica}, {@code replica.Replicas}, {@code
 * sql.SqlStore}.
 */
@NullMarked
package io.gridfleet.lb.store;

import org.jspecify.annotations.NullMarked;
