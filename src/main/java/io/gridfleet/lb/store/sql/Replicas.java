package io.gridfleet.lb.store.sql;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** The processes that use the store; each writes a heartbeat every few seconds. */
public final class Replicas {
  /** The interval of heartbeats, and so of the detection of outages. */
  static final Duration BEAT = Duration.ofSeconds(3);

  /** Five missed heartbeats. */
  static final Duration SILENT = Duration.ofSeconds(16);

  private final Statements statements;
  private final StoreClock clock;
  private final String own;
  private final String name;

  Replicas(Statements statements, String own, StoreClock clock) {
    this.statements = statements;
    this.clock = clock;
    this.own = own;
    this.name = host() + ":" + ProcessHandle.current().pid();
  }

  static String newId() {
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
                            Columns.instant(row, "started"),
                            Columns.instant(row, "heartbeat")))
                .list());
  }

  void beat(Handle handle) {
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
            .map((row, context) -> Columns.instant(row, "heartbeat"))
            .one();
    clock.measured(asked, beaten);
  }

  void leave(Handle handle) {
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
