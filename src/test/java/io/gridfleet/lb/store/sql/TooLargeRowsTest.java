package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.webdriver.Capabilities;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows of an earlier version that exceed the bounds are read within the bounds. */
final class TooLargeRowsTest {
  private static final int HUGE = 3_000_000;

  private SqlStore store;

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aSessionsNameAndCapabilitiesAreCut(StoreKind kind) {
    store = kind.open();
    Session session = Facts.published(store);
    store
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createUpdate("UPDATE sessions SET test_name = :huge, capabilities = :caps")
                    .bind("huge", "n".repeat(HUGE))
                    .bind("caps", "{\"browserName\":\"" + "c".repeat(HUGE) + "\"}")
                    .execute());

    SessionRecord listed = Facts.newest(store, 10).get(0);
    SessionRecord read = now(store.sessionMap().record(session.id())).orElseThrow();

    for (SessionRecord record : List.of(listed, read)) {
      assertThat(record.session().terms().testName().orElseThrow())
          .hasSizeLessThanOrEqualTo(TextBound.TEST_NAME.longest());
      assertThat(record.session().capabilities().asMap()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aReportIsCutAndKeepsItsOutcome(StoreKind kind) {
    store = kind.open();
    String huge = "e".repeat(HUGE);
    for (int i = 0; i < 3; i++) {
      registered("s-" + i, huge);
    }

    List<TestReport> listed =
        Facts.listed(store, 10).stream().flatMap(row -> row.report().stream()).toList();
    TestReport read = now(store.testReports().find("s-1")).orElseThrow();

    assertThat(listed).hasSize(3);
    for (TestReport report : List.of(listed.get(0), read)) {
      TestReport.Registration registration = report.registration().orElseThrow();
      assertThat(String.valueOf(registration.details().get("error_message")))
          .hasSize(TextBound.ERROR_MESSAGE.longest());
      assertThat(registration.outcome()).isEqualTo(TestReport.Outcome.FAILED);
      assertThat(registration.testName().orElseThrow()).hasSize(TextBound.TEST_NAME.longest());
    }
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void sessionsAndReportsAreCutInTheStoreOnce(StoreKind kind) {
    store = kind.open();
    Session session = Facts.published(store);
    String huge = "h".repeat(HUGE);
    update("UPDATE sessions SET test_name = :huge", huge);
    registered("s-1", huge);
    OversizedRows rows = new OversizedRows(store.jdbi());

    assertThat(rows.cut()).isEqualTo(2);
    assertThat(rows.cut()).isZero();

    SessionRecord read = now(store.sessionMap().record(session.id())).orElseThrow();
    assertThat(read.session().capabilities()).isEqualTo(session.capabilities());
    assertThat(read.session().terms().testName().orElseThrow())
        .hasSize(TextBound.TEST_NAME.longest());
    TestReport report = now(store.testReports().find("s-1")).orElseThrow();
    assertThat(report.registration().orElseThrow().outcome()).isEqualTo(TestReport.Outcome.FAILED);
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void noneIsWritten(StoreKind kind) {
    store = kind.open();
    String huge = "h".repeat(HUGE);
    Session small =
        Facts.session(
            now(store.deviceLocks().tryLock(device(), 1, "attempt", Duration.ofMinutes(1)))
                .orElseThrow());
    Session.Terms terms = small.terms();
    Map<String, Object> capabilities = Map.of("platformName", "iOS", "appium:huge", huge);
    Session session =
        new Session(
            small.id(),
            small.lock(),
            small.node(),
            new Session.Terms(
                terms.tenant(),
                terms.run(),
                Optional.of(huge),
                terms.idleLimit(),
                terms.commandTimeout(),
                terms.direct()),
            Capabilities.of(capabilities),
            small.tunnels(),
            small.created());

    now(store.sessionMap().publish(session));

    assertThat(new OversizedRows(store.jdbi()).cut()).isZero();
    Session read = now(store.sessionMap().find(session.id())).orElseThrow();
    assertThat(read.capabilities().asMap()).containsOnlyKeys("platformName");
  }

  private void update(String sql, String huge) {
    store.jdbi().useHandle(handle -> handle.createUpdate(sql).bind("huge", huge).execute());
  }

  private void registered(String session, String huge) {
    TestReport.Registration registration =
        new TestReport.Registration(
            Optional.of(huge),
            TestReport.Outcome.FAILED,
            Optional.empty(),
            Optional.empty(),
            Map.of("error_message", huge));
    now(store.testReports().change(session, (report, now) -> report.registered(registration)));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void anOperatorsWordsAreCut(StoreKind kind) {
    store = kind.open();
    DeviceId phone = device();
    now(
        store
            .deviceOverrides()
            .change(
                phone,
                was ->
                    new io.gridfleet.lb.device.DeviceOverride(
                        phone,
                        Optional.of("m".repeat(HUGE)),
                        Map.of("tag", "t".repeat(HUGE)),
                        Map.of())));

    var read = now(store.deviceOverrides().all()).get(0);

    assertThat(read.maintenance().orElseThrow()).hasSize(TextBound.MAINTENANCE_REASON.longest());
    assertThat(read.tags()).isEmpty();
  }
}
