package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.api.session.FakeSessionPages;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.SessionPages;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReport.Registration;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Random sessions and reports, in memory and, written by the statements of schema version 11, in a
 * store: many have equal times, some ids come twice, and reports have every combination of parts.
 */
final class SessionListWorld {
  private static final String REPORT =
      """
      INSERT INTO test_reports (session, version, reported, run, body)
      VALUES (:session, 1, :reported, :run, :body)
      ON CONFLICT (session) DO UPDATE
      SET version = test_reports.version + 1, run = excluded.run, body = excluded.body
      """;

  private static final String SESSION =
      """
      INSERT INTO sessions (device, slot, token, id, node, tenant, run, test_name, idle_limit,
        command_timeout, direct, capabilities, tunnels, created, last_activity, ended, end_reason)
      VALUES (:device, 0, :token, :id, 'mini-1', :tenant, :run, :test, 60000, 60000, false, '{}',
        '{}', :created, :created, :ended, :reason)
      """;

  /** Recent, so that nothing is pruned. */
  final Instant begin = Instant.now().minus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS);

  final Instant overdue = begin.plusSeconds(100);
  final List<String> tenants = List.of("checkout", "nightly");
  final List<String> tests = List.of("login", "logout");
  final List<DeviceId> devices = many(6, i -> Facts.device());
  final List<RunId> runs = many(3, i -> RunId.random());

  private final Random random;
  private int ids;
  private final List<SessionRecord> records = new ArrayList<>();
  private final Map<String, TestReport> reports = new LinkedHashMap<>();
  private final Map<DeviceId, Integer> tokens = new LinkedHashMap<>();

  SessionListWorld(long seed) {
    this.random = new Random(seed);
  }

  private static <T> List<T> many(int number, IntFunction<T> made) {
    return IntStream.range(0, number).mapToObj(made).toList();
  }

  SessionPages model() {
    return new FakeSessionPages(() -> records, reports::values);
  }

  List<SessionPages.Filter> filters() {
    List<SessionPages.Filter> filters = new ArrayList<>();
    List<DeviceId> hundred =
        Stream.concat(devices.stream().limit(4), many(96, i -> Facts.device()).stream()).toList();
    for (Optional<String> tenant : options(List.of(tenants.get(0)))) {
      for (Optional<RunId> run : options(List.of(runs.get(0)))) {
        for (Optional<List<DeviceId>> on :
            options(
                List.of(
                    List.<DeviceId>of(), devices.subList(0, 1), devices.subList(1, 3), hundred))) {
          for (Optional<Outcome> status : options(List.of(Outcome.values()))) {
            for (SessionPages.Started started : periods()) {
              filters.add(
                  new SessionPages.Filter(
                      new SessionPages.Labels(tenant, Optional.empty()),
                      on.map(Set::copyOf),
                      run,
                      new SessionPages.Results(status, Optional.empty(), overdue),
                      started));
            }
          }
        }
      }
    }
    filters.addAll(ofTestsAndEnds());
    return filters;
  }

  /** Each test and reason with each other filter, without all combinations of the others. */
  private List<SessionPages.Filter> ofTestsAndEnds() {
    List<SessionPages.Filter> filters = new ArrayList<>();
    for (Optional<String> tenant : options(List.of(tenants.get(0)))) {
      for (Optional<String> test : options(List.of(tests.get(0), "never"))) {
        for (Optional<EndReason> end : options(List.of(EndReason.values()))) {
          for (Optional<Outcome> status : options(List.of(Outcome.values()))) {
            for (boolean narrow : List.of(false, true)) {
              filters.add(
                  new SessionPages.Filter(
                      new SessionPages.Labels(tenant, test),
                      narrow ? Optional.of(Set.of(devices.get(0))) : Optional.empty(),
                      narrow && end.isEmpty() ? Optional.of(runs.get(0)) : Optional.empty(),
                      new SessionPages.Results(status, end, overdue),
                      narrow ? SessionPages.Started.ANY_TIME : periods().get(1)));
            }
          }
        }
      }
    }
    return filters;
  }

  private List<SessionPages.Started> periods() {
    return List.of(
        SessionPages.Started.ANY_TIME,
        new SessionPages.Started(
            Optional.of(begin.plusSeconds(5)), Optional.of(begin.plusSeconds(20))),
        new SessionPages.Started(
            Optional.of(begin.plusSeconds(5).plusNanos(1)), Optional.of(Instant.MAX)));
  }

  private static <T> List<Optional<T>> options(List<T> values) {
    return Stream.concat(Stream.of(Optional.<T>empty()), values.stream().map(Optional::of))
        .toList();
  }

  void add(Handle handle, int sessions) {
    for (int i = 0; i < sessions; i++) {
      begin(handle);
    }
    for (int i = 0; i < sessions / 2; i++) {
      String id = records.get(random.nextInt(records.size())).session().id().value();
      switch (random.nextInt(6)) {
        case 0 -> report(handle, "error-" + i);
        case 1 -> report(handle, id + "\u001f" + one(tenants));
        default -> report(handle, id);
      }
    }
  }

  private <T> T one(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private <T> Optional<T> perhaps(T value) {
    return random.nextBoolean() ? Optional.of(value) : Optional.empty();
  }

  private Instant time() {
    return begin.plusSeconds(random.nextInt(30));
  }

  private void begin(Handle handle) {
    Optional<SessionRecord> before =
        records.stream().filter(it -> !it.live()).skip(random.nextInt(400)).findFirst();
    String id = before.map(it -> it.session().id().value()).orElseGet(() -> "s-" + ids++);
    boolean known = records.stream().anyMatch(it -> it.session().id().value().equals(id));
    if (known && records.stream().filter(it -> it.session().id().value().equals(id)).count() > 1) {
      return;
    }
    DeviceId device = one(devices);
    Instant created = before.map(it -> it.session().created().plusSeconds(40)).orElse(time());
    Session session =
        new Session(
            new SessionId(id),
            new DeviceLock(device, 0, id, tokens.merge(device, 1, Integer::sum)),
            new NodeId("mini-1"),
            new Session.Terms(
                one(tenants),
                perhaps(one(runs).value()),
                perhaps(one(tests)),
                Facts.MINUTE,
                Facts.MINUTE,
                false),
            Capabilities.empty(),
            Map.of(),
            created);
    SessionRecord record = new SessionRecord(session, created, perhaps(end(created)));
    records.add(record);
    insert(handle, record);
  }

  private SessionRecord.End end(Instant created) {
    return new SessionRecord.End(
        created.plusSeconds(random.nextInt(150)), one(List.of(EndReason.values())));
  }

  private static void insert(Handle handle, SessionRecord record) {
    Session session = record.session();
    handle
        .createUpdate(SESSION)
        .bind("device", session.lock().device().value())
        .bind("token", session.lock().token())
        .bind("id", session.id().value())
        .bind("tenant", session.terms().tenant())
        .bindByType("run", session.terms().run().orElse(null), String.class)
        .bindByType("test", session.terms().testName().orElse(null), String.class)
        .bind("created", session.created().toEpochMilli())
        .bindByType(
            "ended", record.end().map(it -> it.at().toEpochMilli()).orElse(null), Long.class)
        .bindByType("reason", record.end().map(it -> it.reason().name()).orElse(null), String.class)
        .execute();
  }

  private void report(Handle handle, String key) {
    TestReport about = reports.getOrDefault(key, TestReport.about(key, time()));
    Registration registration =
        new Registration(
            perhaps(one(tests)),
            one(List.of(Outcome.values())),
            perhaps(one(devices)),
            perhaps(one(runs)),
            Map.of("error_message", "\0 '\\u0000' \"\ud83d\ude00\" \\"));
    TestReport report =
        new TestReport(
            key,
            about.reported(),
            perhaps(registration),
            perhaps(about.reported().plusSeconds(random.nextInt(150))),
            perhaps(one(List.of(Outcome.values()))),
            perhaps(one(tenants)));
    reports.put(key, report);
    handle
        .createUpdate(REPORT)
        .bind("session", key)
        .bind("reported", report.reported().toEpochMilli())
        .bindByType(
            "run",
            report.registration().flatMap(Registration::run).map(RunId::value).orElse(null),
            String.class)
        .bind("body", SqlTestReports.write(report))
        .execute();
  }

  /** Ends some sessions, reports again on some, and deletes some of both. */
  void change(Handle handle, int changes) {
    for (int i = 0; i < changes; i++) {
      int number = random.nextInt(records.size());
      SessionRecord record = records.get(number);
      String key = one(List.copyOf(reports.keySet()));
      switch (random.nextInt(4)) {
        case 0 -> end(handle, number);
        case 1 -> report(handle, key);
        case 2 -> {
          reports.remove(key);
          handle.execute("DELETE FROM test_reports WHERE session = ?", key);
        }
        default -> {
          records.remove(number);
          DeviceLock lock = record.session().lock();
          handle.execute(
              "DELETE FROM sessions WHERE device = ? AND token = ?",
              lock.device().value(),
              lock.token());
        }
      }
    }
  }

  private void end(Handle handle, int number) {
    SessionRecord record = records.get(number);
    if (record.live()) {
      SessionRecord.End end = end(record.session().created());
      records.set(
          number, new SessionRecord(record.session(), record.lastActivity(), Optional.of(end)));
      handle.execute(
          "UPDATE sessions SET ended = ?, end_reason = ? WHERE id = ? AND ended IS NULL",
          end.at().toEpochMilli(),
          end.reason().name(),
          record.session().id().value());
    }
  }
}
