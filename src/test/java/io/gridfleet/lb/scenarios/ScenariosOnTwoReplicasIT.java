package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;
import static org.junit.platform.launcher.TagFilter.excludeTags;

import ch.qos.logback.classic.LoggerContext;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LeakCheck;
import java.io.PrintWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.slf4j.LoggerFactory;

/**
 * Repeats the scenarios on two replicas with one PostgreSQL (testing.md). Those that concern a
 * single process are tagged {@value #ONE_PROCESS}.
 */
@ExtendWith(LeakCheck.class)
final class ScenariosOnTwoReplicasIT {
  static final String ONE_PROCESS = "one-process";

  /** Each test has replicas and a database of its own, and most of its time is waiting. */
  private static final String CLASSES_AT_ONCE =
      "junit.jupiter.execution.parallel.mode.classes.default";

  /** A logger requested while another thread creates the first one is a substitute. */
  @BeforeAll
  static void loggersAreThere() {
    assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(LoggerContext.class);
  }

  @Test
  void everyScenarioPasses() {
    LauncherDiscoveryRequest scenarios =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Stream.of(
                        AccessTableTest.class,
                        BadNewSessionTest.class,
                        DeviceChoiceTest.class,
                        DeviceHistoryTest.class,
                        EndOfSessionTest.class,
                        GoldenScenariosTest.class,
                        ProgressBytesTest.class,
                        RepeatedRequestsTest.class,
                        RequestRecordsTest.class,
                        SignInTest.class,
                        TenantIsolationTest.class,
                        TokenChecksTest.class)
                    .map(scenario -> selectClass(scenario))
                    .toList())
            .filters(includeEngines("junit-jupiter"), excludeTags(ONE_PROCESS))
            .configurationParameter(Lab.TWO_REPLICAS, "true")
            .configurationParameter(LeakCheck.ONCE, "true")
            .configurationParameter(CLASSES_AT_ONCE, "concurrent")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();

    LauncherFactory.create().execute(scenarios, listener);

    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 12);
    System.out.printf(
        "scenarios on two replicas: %d passed, %d failed%n",
        summary.getTestsSucceededCount(), summary.getTestsFailedCount());
    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(100);
  }
}
