package io.gridfleet.lb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The load that an image's cache is trained with, before a real server. */
final class TrainingLoadTest {

  @Test
  void itUsesSessionsAndASocketAndLeavesNoSessionBehind() throws Exception {
    try (DemoLab nodes = DemoLab.start();
        GridFleetLb server = server(nodes)) {
      String url = "http://127.0.0.1:" + server.start().getPort();

      TrainingLoad.main(new String[] {url});

      assertThat(count(nodes, Kind.CREATED)).isEqualTo(49).isEqualTo(count(nodes, Kind.DELETED));
      assertThat(count(nodes, Kind.SOCKET_OPENED)).isOne();
      assertThat(new JsonClient(URI.create(url)).get("/metrics").text())
          .containsPattern("(?m)^gridfleet_lb_sessions_live 0");
    }
  }

  /** A build must not keep an archive that was trained with refusals only. */
  @Test
  void anUnexpectedAnswerEndsIt() throws Exception {
    try (DemoLab nodes = DemoLab.start();
        GridFleetLb server = server(nodes)) {
      String url = "http://127.0.0.1:" + server.start().getPort();

      assertThatThrownBy(() -> new TrainingLoad(url + "/nothing").run())
          .hasMessageContaining("404 instead of 200");
    }
  }

  private static long count(DemoLab nodes, Kind kind) {
    return nodes.nodes().values().stream()
        .mapToLong(node -> node.history().events(kind).size())
        .sum();
  }

  private static GridFleetLb server(DemoLab nodes) throws Exception {
    Map<String, Object> config =
        Map.of("listen", "127.0.0.1:0", "store", "sqlite::memory:", "nodes", nodes.inventory());
    String text = JsonClient.JSON.writeValueAsString(config);
    return new GridFleetLb(
        ConfigLoader.of(GridFleetConfig.class).text("demo", text).load().value());
  }
}
