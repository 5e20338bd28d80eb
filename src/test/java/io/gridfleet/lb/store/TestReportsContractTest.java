package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.TestReport;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.run.TestReport.Registration;
import io.gridfleet.lb.run.TestReports;
import io.gridfleet.lb.store.sql.SqlStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link TestReports} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class TestReportsContractTest {
  private final StoreKind kind;
  private SqlStore store;
  private TestReports reports;

  TestReportsContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    reports = store.testReports();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void everythingThatWasSaidIsKept() {
    Registration registration =
        new Registration(
            Optional.of("login works"),
            Outcome.RUNNING,
            Optional.of(device()),
            Optional.of(RunId.random()),
            Map.of("caps", Map.of("a", List.of(1, true))));

    TestReport stored =
        now(
            reports.change(
                "s1",
                (report, now) -> report.registered(registration).outcome(Outcome.PASSED, now)));

    assertThat(stored.registration()).contains(registration);
    assertThat(now(reports.find("s1"))).contains(stored);
    assertThat(now(reports.find("s2"))).isEmpty();
  }

  @Test
  void aNewReportIsWrittenEvenIfNothingIsSaid() {
    TestReport begun = now(reports.change("s1", (report, now) -> report));
    TestReport again = now(reports.change("s1", (report, now) -> report));

    assertThat(again).isEqualTo(begun);
    assertThat(now(reports.find("s1"))).contains(begun);
  }
}
