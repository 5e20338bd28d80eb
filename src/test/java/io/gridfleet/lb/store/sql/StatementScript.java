package io.gridfleet.lb.store.sql;

import java.sql.SQLException;
import java.sql.Statement;
import org.jdbi.v3.core.Jdbi;

/** Statements that make a database misbehave, executed as they are written. */
final class StatementScript {
  private StatementScript() {}

  static void execute(Jdbi jdbi, String... statements) {
    jdbi.useHandle(
        handle -> {
          try (Statement statement = handle.getConnection().createStatement()) {
            for (String each : statements) {
              statement.execute(each);
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
