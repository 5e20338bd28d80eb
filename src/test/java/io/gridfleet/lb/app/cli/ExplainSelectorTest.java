package io.gridfleet.lb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.webdriver.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ExplainSelectorTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void aLabOfTwoPhones() throws Exception {
    config = folder.resolve("lab.yaml");
    Files.writeString(
        config,
        """
        nodes:
          - url: http://127.0.0.1:4723
            devices:
              - {udid: old, name: Old phone, platformName: Android, attributes: {os_version: "9"}}
              - {udid: new, name: New phone, platformName: Android, attributes: {os_version: "14"}}
        """);
  }

  private int explain(String... arguments) {
    CommandLine command = new CommandLine(new ExplainSelector());
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments);
  }

  @Test
  void aTableShowsWhichDeviceMatchesAndWhyNotTheOther() {
    assertThat(explain("--config", config.toString(), "os_version:>13")).isZero();
    assertThat(out.toString())
        .contains("New phone")
        .contains("Old phone")
        .contains("os_version:>13");
  }

  @Test
  void programsReadTheSameAsJson() {
    assertThat(explain("--config", config.toString(), "--json", "os_version:>99")).isOne();
    var found = Json.object(out.toString().getBytes(StandardCharsets.UTF_8));
    assertThat(found).containsEntry("matching", 0);
    assertThat(found).containsKeys("terms", "devices");
  }

  @Test
  void aSelectorThatCantBeReadShowsItsColumn() {
    assertThat(explain("--config", config.toString(), "os_version:")).isEqualTo(2);
    assertThat(err.toString()).startsWith("No matched devices were found").contains("^");
  }
}
