package io.gridfleet.lb.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a build's output says what ran and what didn't. */
final class BuildSummaryTest {
  private static final String SKIPPED =
      "<skipped message=\"org.opentest4j.TestAbortedException: real part not found: DOCKER"
          + " (GRIDFLEET_PART_DOCKER is not set)\"/>";

  @Test
  void whatRanIsCountedByPackageAndWhatDidNotIsNamedByReason(
      @TempDir Path unit, @TempDir Path whole) throws Exception {
    report(unit, "api.ApiTest", "a", "");
    report(unit, "api.OtherTest", "b", "");
    report(unit, "HouseRulesTest", "c", "");
    report(unit, "store.StoreTest", "d", "<failure message=\"x\">at</failure>");
    report(whole, "parts.OneIT", "e", SKIPPED);
    report(whole, "parts.TwoIT", "f", SKIPPED);

    assertThat(BuildSummary.of(List.of(unit, whole, unit.resolve("none"))))
        .isEqualToNormalizingNewlines(
            """
            api              2 passed
            rules            1 passed
            Tests: 3 passed, 1 failed, 2 skipped
            Skipped, real part not found: DOCKER (GRIDFLEET_PART_DOCKER is not set): OneIT.e, TwoIT.f
            """);
  }

  private static void report(Path folder, String type, String test, String outcome)
      throws Exception {
    String name = "io.gridfleet.lb." + type;
    Files.writeString(
        folder.resolve("TEST-" + name + ".xml"),
        "<testsuite><testcase classname=\"%s\" name=\"%s\">%s</testcase></testsuite>"
            .formatted(name, test, outcome));
  }
}
