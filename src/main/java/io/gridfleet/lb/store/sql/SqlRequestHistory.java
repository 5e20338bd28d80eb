package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.replica.SharedDuties;
import io.gridfleet.lb.store.statement.Statements;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;

/**
 * Records of requests as rows. All records of a request come from one replica and in order, so the
 * last one written is right, and one that is written again changes nothing.
 */
final class SqlRequestHistory implements RequestHistory {
  /** The record of a younger request may not be written yet. */
  private static final Duration YOUNG = Duration.ofSeconds(30);

  private static final String WRITE =
      """
      INSERT INTO request_records (id, arrived, ended, outcome, tenant, run, test_name, client,
        selector, session, device, device_name, attempts, waited, at_nodes, total, error, replica,
        replica_name, body)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET ended = excluded.ended, outcome = excluded.outcome,
        session = excluded.session, device = excluded.device,
        device_name = excluded.device_name, attempts = excluded.attempts,
        waited = excluded.waited, at_nodes = excluded.at_nodes, total = excluded.total,
        error = excluded.error, body = excluded.body
      """;

  private static final String COLUMNS =
      "id, arrived, ended, outcome, tenant, run, test_name, client, selector, session, device,"
          + " device_name, attempts, waited, at_nodes, total, error, replica, replica_name";

  /**
   * The request of a session arrived before it was created, so the rows that are read are those of
   * the time between; all if the session isn't known. The margin is for clocks.
   */
  private static final String OF_SESSION =
      """
      SELECT id FROM request_records
      WHERE <noIndex>session = :session AND arrived <= COALESCE(
        (SELECT max(created) + 60000 FROM sessions WHERE sessions.id = :session), arrived)
      ORDER BY arrived DESC, id DESC LIMIT 1
      """;

  /** A replica's heartbeat is at most this old while it lives. */
  private static final String DEAD =
      """
      UPDATE request_records SET outcome = 'LOST', ended = <now>
      WHERE ended IS NULL AND replica <> :own AND NOT EXISTS (
        SELECT 1 FROM replicas
        WHERE replicas.id = request_records.replica AND heartbeat > <now> - :silent)
      """;

  private static final String OWN =
      """
      SELECT id FROM request_records
      WHERE ended IS NULL AND replica = :own AND arrived < <now> - :young
      """;

  private static final String FORGOTTEN =
      """
      UPDATE request_records SET outcome = 'LOST', ended = <now>
      WHERE id = :id AND ended IS NULL
      """;

  private final Statements statements;
  private final HistoryPruning pruning;
  private final String own;
  private final Duration silent;

  SqlRequestHistory(Statements statements, SharedDuties duties, String own, Duration silent) {
    this.statements = statements;
    this.pruning = new HistoryPruning(statements, duties, HistoryPruning.Table.REQUESTS);
    this.own = own;
    this.silent = silent;
  }

  @Override
  public CompletionStage<Result> write(List<RequestRecord> batch) {
    return statements
        .inTransaction("requests.write", handle -> write(handle, batch))
        .handle((done, failure) -> WriteResults.of(failure));
  }

  private static int write(Handle handle, List<RequestRecord> batch) {
    Map<String, RequestRecord> last = new LinkedHashMap<>();
    batch.forEach(record -> last.put(record.row().id(), record));
    try (RequestDocuments documents = new RequestDocuments()) {
      RowBatch.write(
          handle, WRITE, last.values(), (values, record) -> bind(values, record, documents));
    }
    return last.size();
  }

  private static void bind(RowBatch values, RequestRecord record, RequestDocuments documents) {
    RequestRow row = record.row();
    RequestRow.Asker asker = row.asker();
    RequestRow.Result result = row.result();
    values
        .text(row.id())
        .number(row.arrived().toEpochMilli())
        .time(row.ended())
        .text(row.outcome().name())
        .text(asker.tenant())
        .text(asker.run())
        .text(asker.testName())
        .text(asker.client())
        .text(row.selector())
        .text(result.session())
        .text(result.device().map(device -> device.id().value()))
        .text(result.device().map(NamedDevice::name))
        .number(result.attempts())
        .number(row.times().waited().toMillis())
        .number(row.times().atNodes().toMillis())
        .number(row.times().total().map(Duration::toMillis))
        .text(result.error())
        .text(row.servedBy().id())
        .text(row.servedBy().name())
        .text(documents.write(record));
  }

  @Override
  public CompletionStage<Optional<RequestRecord>> find(String id) {
    return statements.run("requests.find", handle -> find(handle, id));
  }

  private static Optional<RequestRecord> find(Handle handle, String id) {
    return handle
        .createQuery("SELECT " + COLUMNS + ", body FROM request_records WHERE id = :id")
        .bind("id", Columns.storable(id))
        .map((row, context) -> RequestDocuments.read(row(row), row.getString("body")))
        .findOne();
  }

  @Override
  public CompletionStage<Optional<String>> ofSession(String session) {
    return statements.run(
        "requests.ofSession",
        handle ->
            handle
                .createQuery(OF_SESSION)
                .bind("session", Columns.storable(session))
                .mapTo(String.class)
                .findOne());
  }

  @Override
  public CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit) {
    return statements.run(
        "requests.page",
        handle -> {
          RequestConditions where = RequestConditions.of(filter, after);
          Query query =
              handle
                  .createQuery(
                      "SELECT "
                          + COLUMNS
                          + " FROM request_records"
                          + where.text()
                          + " ORDER BY arrived DESC, id DESC LIMIT :limit")
                  .bind("limit", limit + 1)
                  .bindMap(where.values());
          return page(query.map((row, context) -> row(row)).list(), limit);
        });
  }

  private static Page page(List<RequestRow> found, int limit) {
    if (found.size() <= limit) {
      return new Page(found, Optional.empty());
    }
    List<RequestRow> rows = new ArrayList<>(found.subList(0, limit));
    RequestRow last = rows.get(limit - 1);
    return new Page(rows, Optional.of(new Cursor(last.arrived(), last.id())));
  }

  private static RequestRow row(ResultSet row) throws SQLException {
    String device = row.getString("device");
    Optional<NamedDevice> named =
        device == null
            ? Optional.empty()
            : Optional.of(new NamedDevice(new DeviceId(device), row.getString("device_name")));
    Optional<Duration> total =
        row.getString("total") == null
            ? Optional.empty()
            : Optional.of(Columns.duration(row, "total"));
    return new RequestRow(
        row.getString("id"),
        Columns.instant(row, "arrived"),
        Columns.optionalInstant(row, "ended"),
        Outcome.valueOf(row.getString("outcome")),
        new RequestRow.Asker(
            row.getString("tenant"),
            Columns.optionalText(row, "run"),
            Columns.optionalText(row, "test_name").map(TextBound.TEST_NAME::cut),
            row.getString("client")),
        row.getString("selector"),
        new RequestRow.Result(
            Columns.optionalText(row, "session"),
            named,
            row.getInt("attempts"),
            Columns.optionalText(row, "error")),
        new RequestRow.Times(
            Columns.duration(row, "waited"), Columns.duration(row, "at_nodes"), total),
        new RequestRow.ServedBy(row.getString("replica"), row.getString("replica_name")));
  }

  @Override
  public CompletionStage<Integer> endLost(Predicate<String> isOpen) {
    CompletionStage<Integer> dead =
        statements.run(
            "requests.endDead",
            handle ->
                handle
                    .createUpdate(DEAD)
                    .bind("own", own)
                    .bind("silent", silent.toMillis())
                    .execute());
    return dead.thenCompose(
        lost ->
            statements
                .run("requests.own", this::ownOpen)
                .thenCompose(
                    ids -> {
                      List<String> forgotten = ids.stream().filter(isOpen.negate()).toList();
                      return forget(forgotten).thenApply(own -> lost + own);
                    }));
  }

  private List<String> ownOpen(Handle handle) {
    return handle
        .createQuery(OWN)
        .bind("own", own)
        .bind("young", YOUNG.toMillis())
        .mapTo(String.class)
        .list();
  }

  private CompletionStage<Integer> forget(List<String> ids) {
    if (ids.isEmpty()) {
      return CompletableFuture.completedStage(0);
    }
    return statements.inTransaction(
        "requests.forget",
        handle -> {
          PreparedBatch batch = handle.prepareBatch(FORGOTTEN);
          ids.forEach(id -> batch.bind("id", id).add());
          batch.execute();
          return ids.size();
        });
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep, int most) {
    return pruning.run(keep, most);
  }
}
