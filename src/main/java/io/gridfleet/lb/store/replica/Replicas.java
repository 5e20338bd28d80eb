package io.gridfleet.lb.store.replica;

import io.gridfleet.lb.store.statement.Statements;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** The processes that use the store; each writes a heartbeat every few seconds. */
public final class Replicas {
  /** Five missed heartbeats. */
  public static final Duration SILENT = Duration.ofSeconds(16);

  private final Statements statements;
  private final StoreClock clock;
  private final String own;
  private final String name;

  public Replicas(Statements statements, String own, StoreClock clock) {
    this.statements = statements;
    this.clock = clock;
    this.own = own;
    this.name = host() + ":" + ProcessHandle.current().pid();
  }

  public static String newId() {
    return UUID.randomUUID().toString();
  }

  /** The id of this process. */
  public String own() {
    return own;
  }

  /** Returns the name of this process, for people. */
  public String ownName() {
    return name;
  }

  /** Returns the replicas with a recent heartbeat. */
  public CompletionStage<List<Replica>> alive() {
    return statements.run(
        "replicas.alive",
        handle ->
            handle
                .createQuery(
                    """
                    SELECT id, name, started, heartbeat FROM replicas
                    WHERE heartbeat > <now> - :silent ORDER BY started, id
                    """)
                .bind("silent", SILENT.toMillis())
                .map(
                    (row, context) ->
                        new Replica(
                            row.getString("id"),
                            row.getString("name"),
                            instant(row, "started"),
                            instant(row, "heartbeat")))
                .list());
  }

  /** Writes the heartbeat, and measures the store's clock. */
  public void beat(Handle handle) {
    Instant asked = clock.ownNow();
    Instant beaten =
        handle
            .createQuery(
                """
                INSERT INTO replicas (id, name, started, heartbeat) VALUES (:id, :name, <now>, <now>)
                ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat RETURNING heartbeat
                """)
            .bind("id", own)
            .bind("name", name)
            .map((row, context) -> instant(row, "heartbeat"))
            .one();
    clock.measured(asked, beaten);
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  /** Deletes the rows of this process at its stop. */
  public void leave(Handle handle) {
    handle
        .createUpdate("DELETE FROM waiting_requests WHERE replica = :id")
        .bind("id", own)
        .execute();
    handle.createUpdate("DELETE FROM replicas WHERE id = :id").bind("id", own).execute();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}
