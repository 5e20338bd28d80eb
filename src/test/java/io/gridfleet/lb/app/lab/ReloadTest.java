package io.gridfleet.lb.app.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.app.ConfigSource;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.metrics.Metrics;
import io.gridfleet.lb.node.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a reload changes and logs. */
final class ReloadTest {
  private static final String NODE = "nodes: [{id: %s, url: 'http://%s:1', devices: [%s]}]";
  private static final String CONFIG =
      """
      store: 'sqlite::memory:'
      nodes: [{id: own, url: 'http://own:1', devices: [{udid: o, platformName: iOS}]}]
      inventory: {files: ['lab.d/*.yaml'], forgetAfter: 1min}
      tokens: [{name: first, secretEnv: FIRST}]
      """;

  private final Metrics metrics = new Metrics("test", "nio");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(Reload.class);
  private final Path folder;
  private final Map<String, String> environment = Map.of("FIRST", "one", "SECOND", "two");
  private List<String> nodes = List.of();
  private long nanos = 1;
  private Instant now = Instant.parse("2026-11-28T00:00:00Z");
  private ReloadableAdmission admission =
      new ReloadableAdmission(List.of(), name -> Optional.empty());

  ReloadTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectory(folder.resolve("lab.d"));
    write("lab.yaml", CONFIG);
  }

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
    logger.setLevel(Level.INFO);
  }

  @AfterEach
  void close() throws Exception {
    logger.detachAppender(logged);
    metrics.close();
  }

  @Test
  void whatWasAddedChangedAndRemovedIsSaid() throws IOException {
    write("lab.d/a.yaml", NODE.formatted("a", "a", "{udid: x, platformName: iOS}"));
    Reload reload = started();
    write(
        "lab.d/a.yaml",
        NODE.formatted(
            "a",
            "a",
            "{udid: x, platformName: iOS, rank: 7}, {udid: y, name: Y, platformName: iOS}"));
    reload.inventory();
    write("lab.d/a.yaml", "nodes: []");
    reload.inventory();
    assertThat(lines())
        .containsExactly(
            "INFO reload: devices added: 1 (Y (y))",
            "INFO reload: devices changed: 1 (x)",
            "INFO reload done: 2 nodes, 3 devices",
            "INFO reload: nodes removed: 1 (a)",
            "INFO reload: devices removed: 2 (x, Y (y))",
            "INFO reload done: 1 node, 1 device");
    assertThat(nodes).containsExactly("own");
  }

  @Test
  void aBrokenFileKeepsItsNodesAndNothingReadsLikeSuccess() throws IOException {
    write("lab.d/a.yaml", NODE.formatted("a", "a", "{udid: x, platformName: iOS}"));
    Reload reload = started();
    now = now.plusSeconds(60);
    write("lab.d/a.yaml", "nodes: [{id: a}]");
    reload.inventory();
    assertThat(nodes).containsExactly("own", "a");
    assertThat(lines()).allMatch(line -> line.startsWith("WARN"));
    assertThat(lines().get(0)).contains("a.yaml:1:9: 'nodes[0].url' is missing");
    assertThat(lines()).last().asString().contains("reload failed in part, 1 problem");
    assertThat(metrics.scrape())
        .contains("gridfleet_lb_reload_successful 0.0")
        .contains("gridfleet_lb_reload_errors_total 1.0");
    assertThat(lastSuccess()).isEqualTo(now.minusSeconds(60));
    write("lab.d/a.yaml", NODE.formatted("a", "a", ""));
    reload.inventory();
    assertThat(metrics.scrape()).contains("gridfleet_lb_reload_successful 1.0");
    assertThat(lastSuccess()).isEqualTo(now);
  }

  @Test
  void aFileThatIsGoneIsAWarningWithItsDevices() throws IOException {
    Path file = write("lab.d/a.yaml", NODE.formatted("a", "a", "{udid: x, platformName: iOS}"));
    Reload reload = started();
    Files.delete(file);
    assertThat(reload.inventory()).contains(Duration.ofMinutes(1));
    assertThat(nodes).containsExactly("own", "a");
    assertThat(lines().get(0))
        .isEqualTo(
            "WARN reload: "
                + file
                + " is gone; its 1 device stays for 1min (inventory.forgetAfter): x");
    nanos += Duration.ofMinutes(1).toNanos();
    assertThat(reload.inventory()).isEmpty();
    assertThat(nodes).containsExactly("own");
    assertThat(lines()).contains("INFO reload: devices removed: 1 (x)");
  }

  @Test
  void theConfigurationIsReadAgainAndKeysThatNeedARestartAreNamed() throws IOException {
    Reload reload = started();
    write(
        "lab.yaml",
        CONFIG
                .replace("id: own", "id: new")
                .replace("name: first, secretEnv: FIRST", "name: second, secretEnv: SECOND")
                .replace("forgetAfter: 1min", "forgetAfter: 2min")
            + "listen: 127.0.0.1:5555\nrouter: {drain: 7s, maxConnections: 9}\n");
    reload.all();
    assertThat(nodes).containsExactly("new");
    assertThat(reload.drain()).isEqualTo(Duration.ofSeconds(7));
    assertThat(admitted("two")).isTrue();
    assertThat(admitted("one")).isFalse();
    assertThat(lines())
        .contains(
            "INFO reload: changed keys of the configuration: nodes, inventory.forgetAfter, tokens,"
                + " router.drain",
            "WARN reload: these changed keys need a restart: listen, router.maxConnections");
  }

  @Test
  void aConfigurationWithErrorsLeavesAllAsItWas() throws IOException {
    Reload reload = started();
    write("lab.yaml", CONFIG.replace("id: own", "id: new").replace("first", "x") + "lissen: 1\n");
    reload.all();
    assertThat(nodes).containsExactly("own");
    assertThat(admitted("one")).isTrue();
    assertThat(lines()).allMatch(line -> line.startsWith("WARN"));
    assertThat(lines()).anyMatch(line -> line.contains("unknown key 'lissen'"));
  }

  @Test
  void aStartStopsForWhatCheckConfigRefuses() throws IOException {
    write("lab.d/a.yaml", "nodes: [{id: a}]");
    assertThatThrownBy(this::started)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'nodes[0].url' is missing");
  }

  private Instant lastSuccess() {
    String name = "gridfleet_lb_reload_last_success_timestamp_seconds ";
    return metrics
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name))
        .map(
            line -> Instant.ofEpochSecond((long) Double.parseDouble(line.substring(name.length()))))
        .findFirst()
        .orElseThrow();
  }

  private boolean admitted(String token) {
    try {
      admission.admit(Credentials.of(Optional.of(token), Optional.empty()));
      return true;
    } catch (RuntimeException refused) {
      return false;
    }
  }

  private Reload started() {
    ConfigSource source =
        new ConfigSource(Optional.of(folder.resolve("lab.yaml")), environment, Map.of(), Map.of());
    GridFleetConfig config = source.load().value();
    admission =
        new ReloadableAdmission(
            config.tokens(), name -> Optional.ofNullable(environment.get(name)));
    Reload reload =
        new Reload(
            config,
            Optional.of(source),
            new Reload.Parts(
                new InventoryFiles(config, () -> nanos),
                admission,
                all -> nodes = all.stream().map(NodeConfig::name).toList(),
                metrics.reloads()),
            () -> now);
    reload.start();
    logged.list.clear();
    return reload;
  }

  private List<String> lines() {
    return new ArrayList<>(logged.list)
        .stream().map(event -> event.getLevel() + " " + event.getFormattedMessage()).toList();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
