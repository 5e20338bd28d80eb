/**
 * All SQL: migrations, the SQLite and PostgreSQL forms of the ports that features own, signals
 * between replicas. {@code SqlStore} opens the store and gives out the ports; {@code Statements}
 * carries out every statement of theirs; {@code StoreHeartbeat} beats, notices outages and writes
 * what is owed. Comes in: an address. Goes out: facts, {@code StoreHealth}, failures that are all
 * {@code StoreException}.
 *
 * <p>Threads: {@code store-1…}, a small bounded pool, for the statements of the ports; {@code
 * store-pulse} for the store's own; {@code store-signals} listens. Stages complete on them, without
 * a connection held.
 *
 * <p>Exported from the sub-packages: {@code sql.Replicas}, {@code sql.SqlStore}.
 */
@NullMarked
package io.gridfleet.lb.store;

import org.jspecify.annotations.NullMarked;
