/** Opens a SQLite file or a PostgreSQL server and migrates its schema. Threads: {@code main}. */
@NullMarked
package io.gridfleet.lb.store.open;

import org.jspecify.annotations.NullMarked;
