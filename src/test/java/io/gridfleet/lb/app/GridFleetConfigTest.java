package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.ConfigProblem;
import io.gridfleet.lb.newsession.failure.FailureRule;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.NodeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GridFleetConfigTest {
  @Test
  void theTimesAreThoseOfTheDesign() {
    GridFleetConfig config = ConfigLoader.defaults(GridFleetConfig.class);
    assertThat(config.listen()).hasToString("127.0.0.1:4444");
    assertThat(config.newSession().waitForDevice()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.newSession().maxWait()).isEqualTo(Duration.ofDays(1));
    assertThat(config.newSession().attemptTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.newSession().avoidFor()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.newSession().progressInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.newSession().progressAutoAfter()).isEqualTo(Duration.ofHours(1));
    assertThat(config.newSession().lockExpiry()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.newSession().lockRenewal()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.session().idleMargin()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.session().maxIdle()).isEqualTo(Duration.ofHours(1));
    assertThat(config.relay().commandTimeout()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.relay().nodeIdle()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.router().drain()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.router().maxNewSessionBody().bytes()).isEqualTo(16 << 20);
  }

  @Test
  void theExampleOfTheDesignIsRead() {
    GridFleetConfig config =
        ConfigLoader.of(GridFleetConfig.class)
            .file(Path.of("conf/gridfleet-lb.yaml"))
            .load()
            .value();
    NodeConfig mini = config.nodes().get(0);
    assertThat(mini.name()).isEqualTo("mac-mini-1");
    assertThat(mini.address().basePath()).isEqualTo("/wd/hub");
    DeviceConfig phone = mini.devices().get(0);
    assertThat(phone.key(mini.name())).isEqualTo("00008030-001D");
    assertThat(phone.attributes())
        .containsEntry("os_version", "17.4")
        .containsEntry("geos", List.of("Mountain View, US"));
    assertThat(phone.tags()).isEqualTo(Map.of("team", "checkout"));
    assertThat(phone.capabilities()).isEqualTo(Map.of("appium:wdaLocalPort", 8101));
    NodeConfig chrome = config.nodes().get(1);
    assertThat(chrome.name()).isEqualTo("127.0.0.1:9515");
    assertThat(chrome.devices().get(0).slots()).isEqualTo(2);
    assertThat(chrome.devices().get(0).key(chrome.name())).isEqualTo("127.0.0.1:9515/chrome-156");
    assertThat(config.inventory().files().get(0)).hasToString("conf/lab.d/*.yaml");
  }

  @Test
  void listeningForOtherMachinesNeedsTokensOrAWord() {
    String open = "listen: 0.0.0.0:4444\n";
    assertThat(problems(open))
        .containsExactly(
            "lab.yaml:1:9: 'listen' is reachable from other machines (0.0.0.0:4444) and there are"
                + " no 'tokens'; add some, or say 'anonymous: true'");
    assertThat(problems(open + "anonymous: true\n")).isEmpty();
    assertThat(problems(open + "tokens: [{name: a, sha256: %s}]\n".formatted("0".repeat(64))))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "newSession: {waitForDevice: 2h, maxWait: 1h} | 'newSession.waitForDevice' must not be longer than 'maxWait' (1h)",
        "newSession: {progressInterval: 1h} | 'newSession.progressInterval' must be shorter than 'progressAutoAfter' (1h)",
        "newSession: {lockRenewal: 16s} | 'newSession.lockRenewal' must be at most half of 'lockExpiry' (30s)",
        "session: {idleDefault: 2h} | 'session.idleDefault' must not be longer than 'maxIdle' (1h)",
        "relay: {connectTimeout: 2min} | 'relay.connectTimeout' must be shorter than 'commandTimeout' (2min)",
        "relay: {nodeIdle: 11min} | 'relay.nodeIdle' must be at most 10min",
        "probe: {timeout: 11s} | 'probe.timeout' must not be longer than 'interval' (10s)",
        "probe: {maxInterval: 5s} | 'probe.maxInterval' must not be shorter than 'interval' (10s)",
        "runs: {ttl: 4h} | 'runs.ttl' must not be longer than 'mostTtl' (3h)",
        "runs: {expiryInterval: 3min} | 'runs.expiryInterval' must not be longer than 'heartbeatTimeout' (2min)",
        "newSession: {attemptTimeout: 5s} | 'relay.connectTimeout' must be shorter than 'newSession.attemptTimeout' (5s)",
      })
  void timesInTheWrongOrderAreReportedByName(String yaml, String problem) {
    assertThat(problems(yaml)).anySatisfy(message -> assertThat(message).contains(problem));
  }

  @Test
  void noTwoNodesOrDevicesGoByOneName() {
    String yaml =
        """
        nodes:
          - {url: "http://a:1", devices: [{udid: X, platformName: iOS}]}
          - {url: "http://A:1/other", devices: []}
          - id: c
            url: http://c:1
            devices:
              - {udid: x, platformName: iOS}
              - {browserName: chrome}
              - {browserName: chrome}
        """;
    assertThat(problems(yaml))
        .containsExactly(
            "lab.yaml:3:5: 'nodes[1]' has the name of 'nodes[0]' in line 2, 'A:1'; give it an 'id'",
            "lab.yaml:7:9: 'nodes[2].devices[0]' has the name of 'nodes[0].devices[0]' in line 2, 'x'; give it"
                + " an 'id'",
            "lab.yaml:9:9: 'nodes[2].devices[2]' has the name of 'nodes[2].devices[1]' in line 8,"
                + " 'c/chrome'; give it an 'id'");
  }

  @Test
  void aDeviceThatNothingCouldRunOnIsRefused() {
    String yaml =
        """
        nodes:
          - url: http://a:1
            devices:
              - {udid: x}
              - {platformName: iOS}
              - {udid: y, platformName: iOS, capabilities: {noReset: true}}
              - {udid: z, platformName: iOS, slots: 0}
        """;
    assertThat(problems(yaml))
        .containsExactly(
            "lab.yaml:4:9: 'nodes[0].devices[0]' needs a 'platformName' or a 'browserName'",
            "lab.yaml:5:9: 'nodes[0].devices[1]' needs a 'udid' or an 'id'",
            "lab.yaml:6:52: 'nodes[0].devices[2].capabilities' has 'noReset', which needs a prefix;"
                + " did you mean 'appium:noReset'?",
            "lab.yaml:7:45: 'nodes[0].devices[3].slots' must be at least 1, not '0'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a:99999",
        "http://a:0",
        "a:1",
        "//a",
        "http:///x",
        "ws://a",
        "http://u:p@a",
        "http://a/?x",
        "http://a b"
      })
  void aNodesUrlIsOneThatCommandsCanGoTo(String url) {
    assertThat(problems("nodes: [{url: '" + url + "'}]"))
        .singleElement()
        .asString()
        .startsWith("lab.yaml:1:15: 'nodes[0].url' must be a url such as");
  }

  @Test
  void anOperatorAddsRowsToTheFailureTable() {
    GridFleetConfig config =
        load(
            """
            newSession:
              failures:
                - {text: "relay .* off", fault: device, label: relay_off}
                - {status: 422, fault: request}
            """);
    FailureRule row = config.newSession().failures().get(0).rule();
    assertThat(row.fault()).isEqualTo(FailureRule.Fault.DEVICE);
    assertThat(row.text().orElseThrow().matcher("the RELAY is off").find()).isTrue();
    assertThat(problems("newSession: {failures: [{fault: device}]}"))
        .containsExactly(
            "lab.yaml:1:25: 'newSession.failures[0]' needs a 'text', a 'status' or an 'error'");
    assertThat(problems("newSession: {failures: [{text: '(', fault: nobody}]}"))
        .singleElement()
        .asString()
        .contains("one of request, device, unsure, not 'nobody'");
    assertThat(problems("newSession: {failures: [{text: '(', fault: device}]}"))
        .singleElement()
        .asString()
        .contains("'newSession.failures[0].text' must be a regular expression");
  }

  @Test
  void anEnvironmentVariableReachesEverySection() {
    GridFleetConfig config =
        ConfigLoader.of(GridFleetConfig.class)
            .environment(
                Map.of(
                    "GRIDFLEET_LB_STORE", "postgresql://lab@db:5432/lab",
                    "GRIDFLEET_LB_NEW_SESSION_MAX_WAIT", "2d",
                    "GRIDFLEET_LB_LOG", "json",
                    "GRIDFLEET_LB_ROUTER_TRUSTED_PROXIES", "10.0.0.0/8,::1"))
            .load()
            .value();
    assertThat(config.store().address()).hasToString("postgresql://lab@db:5432/lab");
    assertThat(config.newSession().maxWait()).isEqualTo(Duration.ofDays(2));
    assertThat(config.log().format()).isEqualTo(LogConfig.Format.JSON);
    assertThat(config.router().trustedProxies()).hasSize(2);
  }

  private static GridFleetConfig load(String yaml) {
    return ConfigLoader.of(GridFleetConfig.class).text("lab.yaml", yaml).load().value();
  }

  private static List<String> problems(String yaml) {
    ConfigException thrown = catchThrowableOfType(ConfigException.class, () -> load(yaml));
    return thrown == null
        ? List.of()
        : thrown.problems().stream().map(ConfigProblem::toString).toList();
  }
}
