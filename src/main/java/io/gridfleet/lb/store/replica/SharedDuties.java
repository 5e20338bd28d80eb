package io.gridfleet.lb.store.replica;

import io.gridfleet.lb.store.statement.Statements;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/**
 * Tasks that one replica does for all of them: the first one to request a turn that is due gets it.
 * No replica is configured for it, and a dead one costs one turn.
 */
public final class SharedDuties {
  private final Statements statements;
  private final String replica;

  public SharedDuties(Statements statements, String replica) {
    this.statements = statements;
    this.replica = replica;
  }

  /**
   * Requests the turn that is due.
   *
   * @param every how long after this turn the next one is due, by the store's clock
   * @return true for one caller among all replicas
   */
  public CompletionStage<Boolean> takeTurn(String duty, Duration every) {
    return statements.run("duties.takeTurn", handle -> takeTurn(handle, duty, every));
  }

  /** As {@link #takeTurn(String, Duration)}, as part of a transaction. */
  public boolean takeTurn(Handle handle, String duty, Duration every) {
    return handle
            .createUpdate(
                """
                INSERT INTO duties (name, holder, due) VALUES (:duty, :me, <now> + :every)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, due = excluded.due
                WHERE duties.due <= <now>
                """)
            .bind("duty", duty)
            .bind("me", replica)
            .bind("every", every.toMillis())
            .execute()
        == 1;
  }

  /** Records that a duty, which all replicas have, was done now. */
  public void done(Handle handle, String duty) {
    handle
        .createUpdate(
            """
            INSERT INTO duties (name, holder, due) VALUES (:duty, :me, <now>)
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, due = excluded.due
            """)
        .bind("duty", duty)
        .bind("me", replica)
        .execute();
  }

  /** Returns when such a duty was done last, by the store's clock in milliseconds. */
  public Optional<Long> lastDone(Handle handle, String duty) {
    return handle
        .createQuery("SELECT due FROM duties WHERE name = :duty")
        .bind("duty", duty)
        .mapTo(Long.class)
        .findOne();
  }
}
