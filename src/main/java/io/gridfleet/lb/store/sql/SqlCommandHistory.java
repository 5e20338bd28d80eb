package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.CommandHistory;
import io.gridfleet.lb.history.CommandRecord;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.CommandSummary.Entry;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.store.replica.SharedDuties;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Summaries of sessions' commands as rows; a later one of the same replica replaces the first. */
final class SqlCommandHistory implements CommandHistory {
  private static final String WRITE =
      """
      INSERT INTO session_commands (began, session, replica, body) VALUES (?, ?, ?, ?)
      ON CONFLICT (began, session, replica) DO UPDATE SET body = excluded.body
      """;

  /** Of a session that isn't known, all rows are looked at. The margin is for clocks. */
  private static final String OF_SESSION =
      """
      SELECT began, replica, body FROM session_commands
      WHERE session = :session
        AND began >= COALESCE((SELECT min(created) - 60000 FROM sessions WHERE id = :session), 0)
        AND began <= COALESCE(
          (SELECT max(COALESCE(ended, <now>)) + 60000 FROM sessions WHERE id = :session), began)
      ORDER BY began DESC LIMIT 20
      """;

  /** The rest of the document of most sessions, which isn't composed for each. */
  private static final String NONE_SLOW_OR_FAILED =
      ",\"errors\":0,\"slow\":0,\"slowest\":[],\"recentErrors\":[]}";

  private final Statements statements;
  private final HistoryPruning pruning;

  SqlCommandHistory(Statements statements, SharedDuties duties) {
    this.statements = statements;
    this.pruning = new HistoryPruning(statements, duties, HistoryPruning.Table.COMMANDS);
  }

  @Override
  public CompletionStage<Result> write(List<CommandRecord> batch) {
    return statements
        .inTransaction(
            "commands.write",
            handle -> {
              RowBatch.write(handle, WRITE, last(batch), SqlCommandHistory::bind);
              return batch.size();
            })
        .handle((done, failure) -> WriteResults.of(failure));
  }

  private static Collection<CommandRecord> last(List<CommandRecord> batch) {
    Map<List<String>, CommandRecord> last = new LinkedHashMap<>();
    batch.forEach(record -> last.put(List.of(record.session(), record.replica()), record));
    return last.values();
  }

  private static void bind(RowBatch values, CommandRecord record) {
    values
        .number(record.began().toEpochMilli())
        .text(record.session())
        .text(record.replica())
        .text(body(record.commands()));
  }

  @Override
  public CompletionStage<List<CommandRecord>> of(String session) {
    return statements.run(
        "commands.of",
        handle ->
            handle
                .createQuery(OF_SESSION)
                .bind("session", Columns.storable(session))
                .map(
                    (row, context) ->
                        new CommandRecord(
                            session,
                            row.getString("replica"),
                            Columns.instant(row, "began"),
                            summary(row.getString("body"))))
                .list());
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep, int most) {
    return pruning.run(keep, most);
  }

  private static String body(CommandSummary commands) {
    if (commands.slow() == 0 && commands.errors() == 0) {
      return "{\"count\":" + commands.count() + NONE_SLOW_OR_FAILED;
    }
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
