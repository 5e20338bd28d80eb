package io.gridfleet.lb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
    assertThat(out.toString()).isEqualTo(file + " can be used: 1 node, 1 device, 0 tokens\n");
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
    Path file = write("listen: y\nnodes: [{url: 'http://a:1', devices: [{browserName: b}]}]\n");
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

  @Test
  void whatIsRarelyMeantIsAWarning() throws IOException {
    Path file =
        write(
            """
            nodes:
              - url: http://a:1
                devices: [{udid: x, platformName: Andriod, name: Pixel}]
              - {id: b, url: 'http://A:1/'}
            inventory: {files: ['none.d/*.yaml']}
            tokens:
              - {name: team, secretEnv: T, devices: 'tag.team:checkout'}
            """);
    assertThat(run(file, Map.of("T", "secret"))).isZero();
    assertThat(err.toString().lines())
        .containsExactly(
            "warning: 'inventory.files' has "
                + folder.resolve("none.d/*.yaml")
                + ", which matches no file",
            "warning: the nodes 'a:1' and 'b' have one url, http://A:1/: their devices are requested"
                + " from one server",
            "warning: the device 'Pixel (x)' has the unknown 'platformName' Andriod; did you mean"
                + " 'Android'?",
            "warning: the token 'team' may use no device: none matches tag.team:checkout");
  }

  @ParameterizedTest
  @CsvSource({
    "hosts, http://lab.example.com",
    "hosts, lab.example.com:4444",
    "hosts, lab.example.com/",
    "hosts, *.example.com",
    "allowedOrigins, dashboard.example.com",
    "allowedOrigins, https://dashboard.example.com/",
    "allowedOrigins, https://*.example.com",
    "allowedOrigins, 'https://a.example.com,https://b.example.com'",
    "allowedOrigins, null"
  })
  void aNameOrAnOriginThatNoHeaderCanHoldIsAProblem(String key, String value) throws IOException {
    Path file =
        write(
            "router: {%s: ['%s']}\n".formatted(key, value)
                + "nodes: [{url: 'http://a:1', devices: [{browserName: chrome}]}]");
    assertThat(run(file, Map.of())).isEqualTo(2);
    assertThat(err.toString()).contains(":1:", "'router." + key + "[0]' must be ", "1 problem");
  }

  @Test
  void namesAndOriginsThatHeadersHoldCanBeUsed() throws IOException {
    Path file =
        write(
            "router: {hosts: [lab, lab.example.com], allowedOrigins: ['*', 'http://d:8080',"
                + " 'https://d.example.com', 'http://[::1]:80']}\n"
                + "nodes: [{url: 'http://a:1', devices: [{browserName: chrome}]}]");
    assertThat(run(file, Map.of())).as(err.toString()).isZero();
  }

  @Test
  void aLabWithoutDevicesIsAWarning() throws IOException {
    assertThat(run(write("nodes: []"), Map.of())).isZero();
    assertThat(err.toString())
        .isEqualTo("warning: there are no devices: every new session will be refused\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store: 'postgresql://lab:sesame@db/lab'",
        "store: 'postgresql://lab@db/lab?password=sesame'",
        "store: 'postgresql://lab:sesame/with@at@db/lab'",
        "store: 'postgres:lab:sesame@db'",
        "store: 'sesame@db'",
        "nodes: [{url: 'http://lab:sesame@a:1'}]",
        "nodes: [{url: 'http://lab:ses ame@a:1'}]",
        "listen: 'user:sesame@host:1'"
      })
  void aPasswordInAnAddressIsNeverShown(String text) throws IOException {
    Path file = write(text.replace("ses ame", "sesame sesame"));
    assertThat(run(file, Map.of())).isEqualTo(2);
    assertThat(err.toString()).contains("must be").doesNotContain("sesame");
    assertThat(run(file, Map.of("GRIDFLEET_LB_STORE", "postgresql://u:sesame@db/lab")))
        .isEqualTo(2);
    assertThat(err.toString() + out).doesNotContain("sesame");
  }

  @Test
  void theTextsOfOtherPartsReadAsSentences() throws IOException {
    Path file =
        write(
            """
            store: foo
            tokens:
              - {name: a, secretEnv: T, devices: 'model:'}
              - {name: a, secretEnv: T}
            nodes:
              - {id: n, url: 'http://a:1'}
              - {id: n, url: 'http://b:1'}
            """);
    assertThat(run(file, Map.of("T", "x"))).isEqualTo(2);
    assertThat(err.toString())
        .contains(":1:8: 'store.address' must be sqlite:PATH, sqlite::memory: or postgresql://")
        .contains(
            "'tokens[0].devices' is wrong: the selector can't be read at line 1, column 7: expected"
                + " a value after model:")
        .doesNotContain("must be A store", "must be No matched");
    Path twice = write("nodes:\n  - {id: n, url: 'http://a:1'}\n  - {id: n, url: 'http://b:1'}\n");
    assertThat(run(twice, Map.of())).isEqualTo(2);
    assertThat(err.toString())
        .contains(":3:5: 'nodes[1]' has the name of 'nodes[0]' in line 2, 'n'; give it an 'id'");
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
