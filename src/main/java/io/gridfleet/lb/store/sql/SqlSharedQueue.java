package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.store.StoreBusyException;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.signal.SignalledChange;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.waiting.QueueEntry;
import io.gridfleet.lb.waiting.SharedQueue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Waiting requests as rows; each replica writes and deletes its own. Two of its transactions may
 * run at once: each locks its rows in the order of their ids.
 */
final class SqlSharedQueue implements SharedQueue {
  private static final String ROW =
      """
      INSERT INTO waiting_requests (id, replica, replica_name, priority, arrived, tenant, run,
        test_name, client, asks)
      VALUES (:id, :replica, :replicaName, :priority, :arrived, :tenant, :run, :testName, :client,
        :asks)
      ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, arrived = excluded.arrived,
        asks = excluded.asks
      """;

  private static final String ALIVE =
      """
      EXISTS (SELECT 1 FROM replicas
        WHERE replicas.id = waiting_requests.replica AND heartbeat > <now> - :silent)
      """;

  private static final String OTHERS =
      "SELECT id, replica_name, priority, arrived, tenant, run, test_name, client, asks"
          + " FROM waiting_requests WHERE replica <> :own AND "
          + ALIVE
          + " ORDER BY priority DESC, arrived, id LIMIT :most";

  private static final String ASK_REMOVAL =
      "UPDATE waiting_requests SET removal = :why WHERE id = :id AND replica <> :own AND "
          + ALIVE
          + " RETURNING id";

  private final Statements statements;
  private final StoreSignals sender;
  private final Replicas replicas;
  private final Duration silent;

  SqlSharedQueue(Statements statements, StoreSignals sender, Replicas replicas, Duration silent) {
    this.statements = statements;
    this.sender = sender;
    this.replicas = replicas;
    this.silent = silent;
  }

  @Override
  public CompletionStage<Boolean> write(List<QueueEntry> entered, Set<String> left) {
    return statements
        .inTransaction(
            "queue.write",
            (handle, signals) -> {
              signals.accept(new FleetSignal.QueueChanged());
              return write(handle, entered, left);
            })
        .exceptionally(SqlSharedQueue::refused);
  }

  private static boolean refused(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof StoreUnavailableException || cause instanceof StoreBusyException) {
      throw new CompletionException(cause);
    }
    return false;
  }

  private boolean write(Handle handle, List<QueueEntry> entered, Set<String> left) {
    if (!left.isEmpty()) {
      PreparedBatch deletions =
          handle.prepareBatch("DELETE FROM waiting_requests WHERE id = :id AND replica = :own");
      left.stream()
          .sorted()
          .forEach(id -> deletions.bind("id", id).bind("own", replicas.own()).add());
      deletions.execute();
    }
    if (!entered.isEmpty()) {
      PreparedBatch rows = handle.prepareBatch(ROW);
      entered.stream()
          .sorted(Comparator.comparing(QueueEntry::request))
          .forEach(entry -> bind(rows, entry));
      rows.execute();
    }
    return true;
  }

  private void bind(PreparedBatch rows, QueueEntry entry) {
    QueueEntry.Asker asker = entry.asker();
    rows.bind("id", entry.request())
        .bind("replica", replicas.own())
        .bind("replicaName", entry.replica())
        .bind("priority", entry.priority())
        .bind("arrived", entry.arrived().toEpochMilli())
        .bind("tenant", Columns.storable(asker.tenant()))
        .bindByType("run", text(asker.run()), String.class)
        .bindByType("testName", text(asker.testName()), String.class)
        .bind("client", Columns.storable(asker.client()))
        .bind("asks", Columns.storable(entry.asks()))
        .add();
  }

  private static @Nullable String text(Optional<String> text) {
    return text.map(Columns::storable).orElse(null);
  }

  @Override
  public CompletionStage<Integer> own() {
    return statements.run(
        "queue.own",
        handle ->
            handle
                .createQuery("SELECT count(*) FROM waiting_requests WHERE replica = :own")
                .bind("own", replicas.own())
                .mapTo(Integer.class)
                .one());
  }

  @Override
  public CompletionStage<List<QueueEntry>> others(int most) {
    return statements.run(
        "queue.others",
        handle ->
            handle
                .createQuery(OTHERS)
                .bind("own", replicas.own())
                .bind("silent", silent.toMillis())
                .bind("most", most)
                .map((row, context) -> entry(row))
                .list());
  }

  private static QueueEntry entry(ResultSet row) throws SQLException {
    return new QueueEntry(
        row.getString("id"),
        row.getInt("priority"),
        Columns.instant(row, "arrived"),
        new QueueEntry.Asker(
            row.getString("tenant"),
            Columns.optionalText(row, "run"),
            Columns.optionalText(row, "test_name"),
            row.getString("client")),
        row.getString("asks"),
        row.getString("replica_name"));
  }

  @Override
  public CompletionStage<Boolean> askRemoval(String request, String why) {
    String id = Columns.storable(request);
    SignalledChange<String> note =
        new SignalledChange<>(
            ASK_REMOVAL,
            query ->
                query
                    .bind("id", id)
                    .bind("why", Columns.storable(why))
                    .bind("own", replicas.own())
                    .bind("silent", silent.toMillis()),
            (row, context) -> row.getString("id"),
            new FleetSignal.RemovalRequested(id));
    return note.run("queue.askRemoval", statements, sender).thenApply(Optional::isPresent);
  }

  @Override
  public CompletionStage<List<Removal>> takeRemovals() {
    return statements.inTransaction("queue.takeRemovals", this::takeRemovals);
  }

  private List<Removal> takeRemovals(Handle handle) {
    List<Removal> noted =
        handle
            .createQuery(
                "SELECT id, removal FROM waiting_requests"
                    + " WHERE replica = :own AND removal IS NOT NULL ORDER BY id <binary>")
            .bind("own", replicas.own())
            .map((row, context) -> new Removal(row.getString("id"), row.getString("removal")))
            .list();
    if (!noted.isEmpty()) {
      PreparedBatch taken =
          handle.prepareBatch(
              "UPDATE waiting_requests SET removal = NULL WHERE id = :id AND removal = :why");
      noted.forEach(each -> taken.bind("id", each.request()).bind("why", each.why()).add());
      taken.execute();
    }
    return noted;
  }
}
