package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.CommandHistory;
import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.HistoryWriter.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Summaries of sessions' commands as rows; a later one of the same replica replaces the first. */
final class SqlCommandHistory implements CommandHistory {
  private static final int STEP = 200;
  private static final Duration PRUNING = Duration.ofMinutes(10);

  private static final String WRITE =
      """
      INSERT INTO session_commands (session, replica, updated, body)
      VALUES (:session, :replica, <now>, :body)
      ON CONFLICT (session, replica) DO UPDATE SET updated = excluded.updated, body = excluded.body
      """;

  private static final String EXPIRED =
      """
      DELETE FROM session_commands WHERE (session, replica) IN (
        SELECT session, replica FROM session_commands WHERE updated < <now> - :keep
        LIMIT :step <skipLocked>)
      """;

  private final Statements statements;
  private final SharedDuties duties;

  SqlCommandHistory(Statements statements, SharedDuties duties) {
    this.statements = statements;
    this.duties = duties;
  }

  @Override
  public CompletionStage<Result> write(List<CommandRecord> batch) {
    return statements
        .inTransaction(
            "commands.write",
            handle -> {
              PreparedBatch rows = handle.prepareBatch(WRITE);
              batch.forEach(
                  record ->
                      rows.bind("session", Columns.storable(record.session()))
                          .bind("replica", record.replica())
                          .bind("body", Columns.storable(body(record.commands())))
                          .add());
              return rows.execute();
            })
        .handle((done, failure) -> WriteResults.of(failure));
  }

  @Override
  public CompletionStage<List<CommandRecord>> of(String session) {
    return statements.run(
        "commands.of",
        handle ->
            handle
                .createQuery(
                    "SELECT replica, body FROM session_commands WHERE session = :session"
                        + " ORDER BY updated DESC LIMIT 20")
                .bind("session", Columns.storable(session))
                .map(
                    (row, context) ->
                        new CommandRecord(
                            session, row.getString("replica"), summary(row.getString("body"))))
                .list());
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep) {
    return duties
        .takeTurn("prune-commands", PRUNING)
        .thenCompose(ours -> ours ? delete(keep, 0) : CompletableFuture.completedStage(0));
  }

  private CompletionStage<Integer> delete(Duration keep, int gone) {
    return statements
        .run(
            "commands.prune",
            handle ->
                handle
                    .createUpdate(EXPIRED)
                    .bind("keep", keep.toMillis())
                    .bind("step", STEP)
                    .execute())
        .thenCompose(
            deleted ->
                deleted == STEP
                    ? delete(keep, gone + deleted)
                    : CompletableFuture.completedStage(gone + deleted));
  }

  private static String body(CommandSummary commands) {
    return JsonDocument.empty()
        .put("count", commands.count())
        .put("errors", commands.errors())
        .put("slow", commands.slow())
        .put("slowest", commands.slowest().stream().map(SqlCommandHistory::entry).toList())
        .put(
            "recentErrors", commands.recentErrors().stream().map(SqlCommandHistory::entry).toList())
        .write();
  }

  private static JsonDocument entry(Entry entry) {
    return JsonDocument.empty()
        .put("method", entry.method())
        .put("path", entry.path())
        .put("took", entry.took())
        .put("status", entry.status())
        .put("at", entry.at());
  }

  private static CommandSummary summary(String text) {
    JsonDocument body = JsonDocument.read(text);
    return new CommandSummary(
        body.number("count"),
        body.number("errors"),
        body.number("slow"),
        body.documents("slowest").stream().map(SqlCommandHistory::entry).toList(),
        body.documents("recentErrors").stream().map(SqlCommandHistory::entry).toList());
  }

  private static Entry entry(JsonDocument entry) {
    return new Entry(
        entry.text("method"),
        entry.text("path"),
        entry.duration("took"),
        (int) entry.number("status"),
        entry.instant("at"));
  }
}
