package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the image and of the examples with it, as far as that needs no container engine. */
final class ImageFilesTest {
  private static final Path DOCKER = Path.of("docker");

  private static List<String> dockerfile(String instruction) throws IOException {
    return Files.readAllLines(DOCKER.resolve("Dockerfile")).stream()
        .filter(line -> line.startsWith(instruction + " "))
        .map(line -> line.substring(instruction.length() + 1))
        .toList();
  }

  private static GridFleetConfig loaded(String text) {
    return ConfigLoader.of(GridFleetConfig.class)
        .text("lab.yaml", text)
        .environment(environment())
        .load()
        .value();
  }

  /** That of the image. */
  private static Map<String, String> environment() {
    try {
      Map<String, String> variables = new HashMap<>();
      for (String line : dockerfile("ENV")) {
        int equals = line.indexOf('=');
        variables.put(line.substring(0, equals), line.substring(equals + 1));
      }
      return variables;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theBaseIsNamedByItsDigestAndNothingElseIsFetched() throws IOException {
    assertThat(dockerfile("FROM")).containsExactly("${JRE}");
    assertThat(dockerfile("ARG"))
        .singleElement()
        .asString()
        .matches("JRE=[a-z/-]+:[0-9a-z-]+@sha256:[0-9a-f]{64}");
    assertThat(dockerfile("ADD")).isEmpty();
    assertThat(dockerfile("RUN")).noneMatch(line -> line.matches(".*(curl|wget|apt|http).*"));
  }

  /** The build trains the JVM with the options that the image's processes have. */
  @Test
  void everyProcessHasTheOptionsOfTheTraining() throws IOException {
    String folder = "/opt/gridfleet-lb/";
    List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));

    assertThat(dockerfile("COPY"))
        .contains("target/gridfleet-lb.jar docker/share-classes docker/java.options " + folder);
    assertThat(ignored).contains("!docker/share-classes", "!docker/java.options");
    assertThat(dockerfile("RUN"))
        .contains("cd /tmp && sh " + folder + "share-classes " + folder + "gridfleet-lb.jar");
    assertThat(Files.readString(DOCKER.resolve("Dockerfile")).lines())
        .filteredOn(line -> line.contains("java ") && line.contains("-jar"))
        .isNotEmpty()
        .allMatch(line -> line.contains("java @" + folder + "gridfleet-lb.archive.options "));
    assertThat(dockerfile("ENTRYPOINT"))
        .containsExactly(
            "[\"java\", \"@%sgridfleet-lb.archive.options\", \"-jar\", \"%sgridfleet-lb.jar\"]"
                .formatted(folder, folder));
  }

  @Test
  void theProcessIsNotRoot() throws IOException {
    assertThat(dockerfile("USER")).singleElement().asString().matches("[1-9]\\d{3,}:[1-9]\\d{3,}");
  }

  /** Mounting a lab without tokens must not open it to whoever reaches the port. */
  @Test
  void theImageListensForOtherMachinesAndSoNeedsTokensOrAWord() throws IOException {
    String lab =
        "nodes: [{url: 'http://127.0.0.1:9', devices: [{udid: a, platformName: Android}]}]\n";
    assertThatThrownBy(() -> loaded(lab))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there are no 'tokens'");
    assertThat(loaded(lab + "anonymous: true\n").nodes()).hasSize(1);
    assertThat(dockerfile("ENV")).noneMatch(line -> line.contains("ANONYMOUS"));
    assertThat(String.join("", dockerfile("ENTRYPOINT")) + dockerfile("CMD"))
        .doesNotContainIgnoringCase("anonymous");
  }

  @Test
  void theImagesOwnLabIsTheDemoAndSaysThatItIsOpen() throws IOException {
    assertThat(dockerfile("COPY")).contains("docker/demo.yaml /etc/gridfleet-lb/lab.yaml");
    assertThat(dockerfile("CMD")).containsExactly("[\"--config\", \"/etc/gridfleet-lb/lab.yaml\"]");
    String demo = Files.readString(DOCKER.resolve("demo.yaml"));

    GridFleetConfig config = loaded(demo);

    assertThat(config.demo()).isTrue();
    assertThat(config.nodes()).as("devices of somebody").isEmpty();
    assertThatThrownBy(() -> loaded(demo.replace("anonymous: true", "anonymous: false")))
        .hasMessageContaining("there are no 'tokens'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"compose.yaml", "compose.cluster.yaml"})
  void theExamplesArePublishedOnThisMachineOnly(String file) throws IOException {
    List<String> lines = Files.readAllLines(DOCKER.resolve(file));
    List<String> published =
        lines.stream()
            .map(String::strip)
            .filter(line -> line.matches("- \"?[^/]*:\\d+\"?"))
            .toList();

    assertThat(published).isNotEmpty().allMatch(line -> line.startsWith("- \"127.0.0.1:"));
    assertThat(lines.stream().filter(line -> line.strip().equals("ports:")))
        .hasSameSizeAs(published);
    assertThat(lines)
        .noneMatch(line -> line.matches(".*(privileged|network_mode|docker\\.sock).*"));
  }
}
