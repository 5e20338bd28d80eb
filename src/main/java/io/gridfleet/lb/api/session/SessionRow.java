package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.SessionRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The API's view of one session: the server's record merged with the suite's report, of which at
 * least one is present.
 */
record SessionRow(String session, Optional<SessionRecord> record, Optional<TestReport> report) {
  /** How long after a session's end a suite that registered it may report the outcome. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  /** The outcome and its cause in the API's terms. */
  private record Verdict(Outcome outcome, @Nullable String errorType, @Nullable String message) {
    static Verdict of(Outcome outcome) {
      return new Verdict(outcome, null, null);
    }
  }

  Instant started() {
    return record
        .map(found -> found.session().created())
        .or(() -> report.map(TestReport::reported))
        .orElse(Instant.EPOCH);
  }

  Optional<Instant> ended() {
    Optional<Instant> recorded = record.flatMap(SessionRecord::end).map(SessionRecord.End::at);
    return recorded.or(() -> report.flatMap(TestReport::finished));
  }

  /** Returns why the session ended; empty if it didn't, or if there is only a report. */
  Optional<EndReason> endReason() {
    return record.flatMap(SessionRecord::end).map(SessionRecord.End::reason);
  }

  /** Returns who ended the session; empty if nobody did. */
  Optional<String> endedBy() {
    return record.flatMap(SessionRecord::end).flatMap(end -> end.cause().by());
  }

  Optional<TestReport.Registration> registration() {
    return report.flatMap(TestReport::registration);
  }

  /** Returns the owning tenant; empty if none was recorded. */
  Optional<String> tenant() {
    return record
        .map(found -> found.session().terms().tenant())
        .or(() -> report.flatMap(TestReport::tenant));
  }

  Optional<DeviceId> device() {
    return record
        .map(SessionRecords::device)
        .or(() -> registration().flatMap(TestReport.Registration::device));
  }

  Optional<RunId> run() {
    return record
        .flatMap(SessionRecords::run)
        .or(() -> registration().flatMap(TestReport.Registration::run));
  }

  String status(Instant now) {
    return verdict(now).outcome().name().toLowerCase(Locale.ROOT);
  }

  private Verdict verdict(Instant now) {
    Optional<EndReason> reason = endReason();
    Optional<Outcome> reported = report.flatMap(TestReport::outcome);
    Optional<Outcome> registered =
        registration().map(TestReport.Registration::outcome).filter(o -> o != Outcome.RUNNING);
    if (reported.isPresent() || registered.isPresent()) {
      return Verdict.of(reported.or(() -> registered).orElseThrow());
    }
    if (reason.filter(EndReason.OPERATOR::equals).isPresent()) {
      return new Verdict(
          Outcome.ERROR,
          "operator_kill",
          "The session was killed by " + endedBy().orElse("an operator"));
    }
    if (reason.isPresent() && reason.get() != EndReason.CLIENT_DELETED) {
      return new Verdict(
          Outcome.ERROR, reason.get().code(), "The session ended: " + reason.get().code());
    }
    if (ended().isEmpty()) {
      return Verdict.of(Outcome.RUNNING);
    }
    return report.isPresent() ? unreported(now) : Verdict.of(Outcome.PASSED);
  }

  /** Returns the end of sessions whose outcome should have been reported by now. */
  static Instant overdue(Instant now) {
    return now.minus(GRACE);
  }

  /**
   * Returns the verdict on a registered session whose outcome wasn't reported: an error after the
   * grace period.
   */
  private Verdict unreported(Instant now) {
    boolean waiting = ended().map(end -> end.isAfter(overdue(now))).orElse(true);
    return waiting
        ? Verdict.of(Outcome.RUNNING)
        : new Verdict(
            Outcome.ERROR, "status_not_reported", "The suite ended the session without a status");
  }

  /** Returns the fields of rest.md#sessions. */
  Map<String, @Nullable Object> read(Instant now, ApiCaller caller) {
    Verdict verdict = verdict(now);
    Map<String, Object> details =
        registration().map(TestReport.Registration::details).orElse(Map.of());
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", id());
    row.put("session_id", session);
    row.put("test_name", testName().orElse(null));
    row.put("started_at", ApiJson.time(started()));
    row.put("ended_at", ApiJson.time(ended()));
    row.put("status", verdict.outcome().name().toLowerCase(Locale.ROOT));
    row.put("requested_pack_id", details.get("requested_pack_id"));
    row.put("requested_platform_id", details.get("requested_platform_id"));
    row.put("requested_device_type", details.get("requested_device_type"));
    row.put("requested_connection_type", details.get("requested_connection_type"));
    row.put(
        "requested_capabilities",
        caller.readsSecrets() ? details.get("requested_capabilities") : null);
    row.put("error_type", details.getOrDefault("error_type", verdict.errorType()));
    row.put("error_message", details.getOrDefault("error_message", verdict.message()));
    row.put("run_id", run().map(RunId::value).orElse(null));
    return row;
  }

  Optional<String> testName() {
    return registration()
        .flatMap(TestReport.Registration::testName)
        .or(() -> record.flatMap(found -> found.session().terms().testName()));
  }

  /** Returns the row's id, which is the same on every replica. */
  private String id() {
    byte[] key = ("gridfleet-session:" + session).getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(key).toString();
  }
}
