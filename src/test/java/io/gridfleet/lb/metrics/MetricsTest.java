package io.gridfleet.lb.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inhibitor.Kind;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeHealth;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class MetricsTest {
  private static final SessionId ID = new SessionId("4c9f0a52-0000-4000-8000-0123456789ab");

  private final Metrics metrics = new Metrics("1.2.3", "nio");

  @AfterEach
  void close() throws Exception {
    metrics.close();
  }

  @Test
  void namesUnitsAndLabelsAreThoseOfTheGoldenFile() throws IOException {
    busyServer();
    TreeSet<String> shapes = new TreeSet<>();
    Matcher line =
        Pattern.compile(
                "^(gridfleet_lb_\\w+?)(_bucket)?(?:\\{(.*?)\\})? [\\d.E+-]+$", Pattern.MULTILINE)
            .matcher(metrics.scrape());
    while (line.find()) {
      String labels = line.group(3) == null ? "" : line.group(3).replaceAll("=\"[^\"]*\"", "");
      shapes.add(line.group(1) + (line.group(2) == null ? "" : "_bucket") + "{" + labels + "}");
    }
    Path golden = Path.of("src/test/resources/metrics/names.txt");
    assertThat(String.join("\n", shapes) + "\n").isEqualTo(Files.readString(golden));
  }

  @Test
  void commandsAreCountedByClassAndStatusAndNeverByTheirPath() {
    metrics.relay().commandStarted(ID);
    metrics.relay().commandEnded(ID, report("POST", "/session/" + ID + "/element/7/click", 200));
    metrics.relay().commandStarted(ID);
    metrics.relay().commandEnded(ID, report("DELETE", "/session/" + ID, 404));

    assertThat(metrics.scrape())
        .contains("gridfleet_lb_commands_total{class=\"element\",status=\"2xx\"} 1.0")
        .contains("gridfleet_lb_commands_total{class=\"end_session\",status=\"4xx\"} 1.0")
        .contains("gridfleet_lb_commands_running 0.0")
        .contains("gridfleet_lb_command_seconds_count 2")
        .doesNotContain(ID.value());
  }

  @Test
  void everyPathOfASessionHasAClass() {
    String session = "/session/" + ID;
    assertThat(CommandClass.of("DELETE", session)).isEqualTo(CommandClass.END_SESSION);
    assertThat(CommandClass.of("GET", session)).isEqualTo(CommandClass.OTHER);
    assertThat(CommandClass.of("GET", session + "/url")).isEqualTo(CommandClass.NAVIGATE);
    assertThat(CommandClass.of("POST", session + "/elements")).isEqualTo(CommandClass.ELEMENT);
    assertThat(CommandClass.of("POST", session + "/execute/sync")).isEqualTo(CommandClass.EXECUTE);
    assertThat(CommandClass.of("GET", session + "/window/rect")).isEqualTo(CommandClass.WINDOW);
    assertThat(CommandClass.of("POST", session + "/se/file")).isEqualTo(CommandClass.FILE);
    assertThat(CommandClass.of("GET", session + "/appium/settings")).isEqualTo(CommandClass.APPIUM);
    assertThat(CommandClass.of("GET", session + "/x/y")).isEqualTo(CommandClass.OTHER);
    assertThat(StatusClass.of(0)).isEqualTo(StatusClass.NONE);
    assertThat(StatusClass.of(599)).isEqualTo(StatusClass.SERVER_ERROR);
    assertThat(StatusClass.of(700)).isEqualTo(StatusClass.NONE);
  }

  @Test
  void causesWithoutBoundEndInOne() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    AttemptMetrics attempts = new AttemptMetrics(registry);
    for (int i = 0; i < 500; i++) {
      attempts.count(new AttemptOutcome.DeviceFailed("text", "cause_" + i, true, Optional.empty()));
    }
    assertThat(registry.getMeters()).hasSizeLessThan(110);
    assertThat(
            registry.get("gridfleet.lb.attempts").tag("cause", "other").counter().count()
                + registry.get("gridfleet.lb.attempts").tag("cause", "cause_0").counter().count())
        .isEqualTo(401);
  }

  @Test
  void devicesAreCountedByPlatformAndEveryStateIsThere() {
    DeviceView free = state("ios", List.of());
    DeviceView avoided =
        state("ios", List.of(Inhibitor.of(Kind.OFFLINE), Inhibitor.of(Kind.AVOIDED, "no adb")));
    Map<NodeId, NodeHealth> nodes =
        Map.of(
            new NodeId("new"), new NodeHealth(NodeHealth.State.UNKNOWN, 1, 0, "refused"),
            new NodeId("up"), new NodeHealth(NodeHealth.State.UP, 0, 3, ""),
            new NodeId("rack-1"),
                new NodeHealth(NodeHealth.State.DOWN, 2, 0, "refused\n" + "x".repeat(500)));
    metrics.show(
        new ScrapeSources(
            () -> List.of(free, avoided),
            () -> 3,
            () -> Duration.ofMillis(7500),
            () -> 5,
            () -> nodes));

    assertThat(metrics.scrape())
        .contains("gridfleet_lb_devices{platform=\"ios\",state=\"free\"} 1.0")
        .contains("gridfleet_lb_devices{platform=\"ios\",state=\"offline\"} 1.0")
        .contains("gridfleet_lb_devices{platform=\"ios\",state=\"maintenance\"} 0.0")
        .contains("gridfleet_lb_avoided_devices 1.0")
        .contains("gridfleet_lb_nodes{state=\"down\"} 1.0")
        .contains("gridfleet_lb_node_up{cause=\"\",node=\"up\"} 1.0")
        .contains("gridfleet_lb_node_up{cause=\"refused xxx")
        .contains("…\",node=\"rack-1\"} 0.0")
        .doesNotContain("node=\"new\"")
        .contains(
            "gridfleet_lb_device_avoided{cause=\"no adb\",device=\"d-1\",name=\"one\",node=\"a\"} 1.0")
        .contains("gridfleet_lb_queue_oldest_wait_seconds 7.5")
        .contains("gridfleet_lb_queue_length 3.0");
  }

  @Test
  void alertsAskOnlyForMetersThatExist() throws IOException {
    List<String> names = Files.readAllLines(Path.of("src/test/resources/metrics/names.txt"));
    Matcher asked =
        Pattern.compile("gridfleet_lb_\\w+").matcher(Files.readString(Path.of("conf/alerts.yaml")));
    int found = 0;
    while (asked.find()) {
      assertThat(names).anyMatch(name -> name.startsWith(asked.group() + "{"));
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(5);
  }

  @Test
  void everyAlertHasASeverityAndAnAnchorOfItsPage() throws IOException {
    String rules = Files.readString(Path.of("conf/alerts.yaml"));
    String page = Files.readString(Path.of("src/site/markdown/metrics-and-alerts.md"));
    Matcher alert = Pattern.compile("- alert: (\\w+)((?:(?!- alert:)[\\s\\S])*)").matcher(rules);
    int found = 0;
    while (alert.find()) {
      assertThat(alert.group(2))
          .as(alert.group(1))
          .containsPattern("severity: (page|warning)\\}")
          .contains("/docs/metrics-and-alerts#" + alert.group(1).toLowerCase(Locale.ROOT) + "\"");
      assertThat(page).contains("### " + alert.group(1) + "\n");
      found++;
    }
    assertThat(found).isGreaterThanOrEqualTo(9);
  }

  @Test
  void promtoolFindsNothingToSay() throws Exception {
    busyServer();
    assertThat(promtool(metrics.scrape(), "check", "metrics")).isEmpty();
  }

  @Test
  void alertsFireAndNameTheNodeTheDeviceAndTheCause() throws Exception {
    assertThat(promtool("", "test", "rules", "src/test/resources/metrics/alerts-test.yaml"))
        .contains("SUCCESS");
  }

  /** What promtool wrote; its exit status is 0. */
  private static String promtool(String input, String... arguments) throws Exception {
    Path promtool = Path.of("/usr/bin/promtool");
    boolean found = Files.isExecutable(promtool);
    if (!found) {
      assertThat(Boolean.getBoolean("gridfleet.parts.required"))
          .as("promtool is missing")
          .isFalse();
    }
    Assumptions.assumeTrue(found, "promtool is not installed");
    List<String> command = new ArrayList<>(List.of(promtool.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  void whatTheStoreDroppedIsCounted() {
    metrics.store().deferredWriteDropped();
    metrics.store().deferredWriteDropped();

    assertThat(metrics.scrape()).contains("gridfleet_lb_store_deferred_dropped_total 2.0");
  }

  @Test
  void groupsOfOperationsAreCounted() {
    metrics.store().groupCommitted(3);
    metrics.store().groupCommitted(2);

    assertThat(metrics.scrape())
        .contains("gridfleet_lb_store_group_operations_count 2")
        .contains("gridfleet_lb_store_group_operations_sum 5.0");
  }

  private void busyServer() {
    Map<NodeId, NodeHealth> nodes =
        Map.of(new NodeId("a"), new NodeHealth(NodeHealth.State.UP, 0, 3, ""));
    metrics.show(
        new ScrapeSources(
            () -> List.of(state("ios", List.of(Inhibitor.of(Kind.AVOIDED, "no adb")))),
            () -> 3,
            () -> Duration.ZERO,
            () -> 5,
            () -> nodes));
    metrics.showBufferMemory("direct", () -> 1 << 20);
    metrics.showConnections("client", () -> 7);
    metrics.store().statementDone("take-lock", Duration.ofMillis(1), false);
    metrics.idempotentReplay();
  }

  private static DeviceView state(String platform, List<Inhibitor> inhibitors) {
    URI url = URI.create("http://127.0.0.1:4723");
    Device device =
        new Device(
            new DeviceId("d-1"),
            new Node(new NodeId("a"), url, Optional.empty(), Set.of()),
            "one",
            Optional.of("udid-1"),
            platform,
            Attributes.of(Map.of()),
            0,
            1,
            Capabilities.empty(),
            Capabilities.empty());
    return new DeviceView(device, inhibitors, List.of(), Optional.empty());
  }

  private static CommandReport report(String method, String path, int status) {
    return new CommandReport(
        method,
        path,
        CommandReport.Outcome.ANSWERED,
        status,
        10,
        20,
        Duration.ofMillis(3),
        Duration.ofNanos(90_000));
  }
}
