package io.gridfleet.lb.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.launcher.EngineFilter.includeEngines;
import static org.junit.platform.launcher.TagFilter.excludeTags;

import io.gridfleet.lb.lab.Lab;
import java.io.PrintWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The story tests once more, on two replicas with one PostgreSQL (DESIGN §11). Those about what one
 * process alone can do are tagged {@value #ONE_PROCESS}.
 */
final class StoriesOnTwoReplicasIT {
  static final String ONE_PROCESS = "one-process";

  @Test
  void everyStoryIsTheSame() {
    LauncherDiscoveryRequest stories =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                Stream.of(
                        BadNewSessionTest.class,
                        DeviceChoiceTest.class,
                        EndOfSessionTest.class,
                        GoldenStoriesTest.class,
                        ProgressBytesTest.class,
                        RepeatedRequestsTest.class,
                        TokensAtTheDoorTest.class)
                    .map(story -> selectClass(story))
                    .toList())
            .filters(includeEngines("junit-jupiter"), excludeTags(ONE_PROCESS))
            .configurationParameter(Lab.TWO_REPLICAS, "true")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();

    LauncherFactory.create().execute(stories, listener);

    TestExecutionSummary summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true), 12);
    System.out.printf(
        "stories on two replicas: %d passed, %d failed%n",
        summary.getTestsSucceededCount(), summary.getTestsFailedCount());
    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isGreaterThan(100);
  }
}
