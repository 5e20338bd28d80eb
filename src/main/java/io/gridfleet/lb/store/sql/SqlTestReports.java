package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReport.Registration;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.statement.Statements;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** Reports as documents; a change writes if the version is unchanged. */
final class SqlTestReports implements TestReports {
  private static final String WRITE =
      """
      INSERT INTO test_reports (session, version, reported, run, body)
      VALUES (:session, 1, :reported, :run, :body)
      ON CONFLICT (session) DO UPDATE
      SET version = test_reports.version + 1, run = excluded.run,
          body = excluded.body
      WHERE test_reports.version = :before
      """;

  private final Statements statements;

  SqlTestReports(Statements statements) {
    this.statements = statements;
  }

  /**
   * A report with its version.
   *
   * @param version 0 if there is none yet
   */
  public record Read(Optional<TestReport> report, long version, Instant now) {}

  @Override
  public CompletionStage<Optional<TestReport>> find(String session) {
    return statements.run("reports.find", handle -> read(handle, session).report());
  }

  @Override
  public CompletionStage<TestReport> change(String session, Change change) {
    return statements
        .run("reports.read", handle -> read(handle, session))
        .thenCompose(read -> changed(session, read, change));
  }

  private CompletionStage<TestReport> changed(String session, Read read, Change change) {
    TestReport before = read.report().orElseGet(() -> TestReport.about(session, read.now()));
    TestReport after = change.apply(before, read.now());
    if (after.equals(before) && read.report().isPresent()) {
      return CompletableFuture.completedFuture(before);
    }
    return statements
        .run("reports.write", handle -> written(handle, after, read.version()))
        .thenCompose(
            written ->
                written ? CompletableFuture.completedFuture(after) : change(session, change));
  }

  static boolean written(Handle handle, TestReport report, long before) {
    return handle
            .createUpdate(WRITE)
            .bind("session", Columns.storable(report.session()))
            .bind("reported", report.reported().toEpochMilli())
            .bindByType(
                "run",
                report.registration().flatMap(Registration::run).map(RunId::value).orElse(null),
                String.class)
            .bind("body", write(report))
            .bind("before", before)
            .execute()
        == 1;
  }

  static Read read(Handle handle, String session) {
    Instant now = SqlRuns.storeTime(handle);
    return handle
        .createQuery("SELECT version, body FROM test_reports WHERE session = :session")
        .bind("session", Columns.storable(session))
        .map(
            (row, context) ->
                new Read(Optional.of(report(row.getString("body"))), row.getLong("version"), now))
        .findOne()
        .orElseGet(() -> new Read(Optional.empty(), 0, now));
  }

  static String write(TestReport report) {
    return JsonDocument.empty()
        .put("session", report.session())
        .put("reported", report.reported())
        .put("registration", report.registration().map(SqlTestReports::write))
        .put("finished", report.finished())
        .put("outcome", report.outcome().map(Outcome::name))
        .put("tenant", report.tenant())
        .write();
  }

  private static JsonDocument write(Registration registration) {
    return JsonDocument.empty()
        .put("testName", registration.testName())
        .put("outcome", registration.outcome().name())
        .put("device", registration.device().map(DeviceId::value))
        .put("run", registration.run().map(RunId::value))
        .put("details", registration.details());
  }

  static TestReport report(String text) {
    JsonDocument report = JsonDocument.read(text);
    return new TestReport(
        report.text("session"),
        report.instant("reported"),
        report.optionalNested("registration").map(SqlTestReports::registration),
        report.optionalInstant("finished"),
        report.optionalText("outcome").map(Outcome::valueOf),
        report.optionalText("tenant"));
  }

  private static Registration registration(JsonDocument from) {
    return new Registration(
        from.optionalText("testName").map(TextBound.TEST_NAME::cut),
        Outcome.valueOf(from.text("outcome")),
        from.optionalText("device").map(DeviceId::new),
        from.optionalText("run").map(RunId::new),
        details(from.object("details")));
  }

  /** Cuts reports that were written before there were bounds. */
  private static Map<String, Object> details(Map<String, Object> written) {
    Map<String, Object> details = new LinkedHashMap<>(written);
    details.replaceAll(
        (name, value) -> value instanceof String text ? TextBound.ERROR_MESSAGE.cut(text) : value);
    return details;
  }
}
