package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class CheckConfigTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private final Path folder;

  CheckConfigTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void aConfigurationThatCanBeUsedIsCounted() throws IOException {
    Path file = write("nodes: [{url: 'http://a:1', devices: [{browserName: chrome}]}]");
    assertThat(run(file, Map.of())).isZero();
    assertThat(out.toString()).isEqualTo(file + " can be used: 1 nodes, 1 devices, 0 tokens\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void everyProblemIsALineAndTheStatusIsTwo() throws IOException {
    Path file = write("lissen: x\nlisten: y\n");
    assertThat(run(file, Map.of())).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            file + ":1:1: unknown key 'lissen'; did you mean 'listen'?",
            file
                + ":2:9: 'listen' must be host:port, such as 127.0.0.1:4444 or [::1]:4444, not 'y'",
            "2 problems");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void inventoryFilesAreCheckedToo() throws IOException {
    Files.writeString(folder.resolve("more.yaml"), "nodes: 7");
    Path file = write("inventory: {files: more.yaml}\n");
    assertThat(run(file, Map.of())).isEqualTo(2);
    assertThat(err.toString()).contains("more.yaml:1:8: 'nodes[0]' must be a section with keys");
  }

  @Test
  void theEnvironmentCounts() throws IOException {
    Path file = write("listen: y\n");
    assertThat(
            run(file, Map.of("GRIDFLEET_LB_LISTEN", "127.0.0.1:1", "GRIDFLEET_LB_PORT", "tcp://1")))
        .isZero();
    assertThat(err.toString())
        .isEqualTo("warning: environment variable GRIDFLEET_LB_PORT: names no key\n");
  }

  @Test
  void aFileThatIsNotThereIsAProblem() {
    assertThat(run(folder.resolve("none.yaml"), Map.of())).isEqualTo(2);
    assertThat(err.toString()).contains("there is no such file");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("lab.yaml"), text);
  }

  private int run(Path file, Map<String, String> environment) {
    return new CommandLine(new CheckConfig(environment))
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(file.toString());
  }
}
