package io.gridfleet.lb.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.simulator.NodeEvent;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The clients of the demo, faster than there, before a real server. */
final class DemoClientsTest {

  @Test
  void testsComeAndGoSomeFailSomeWaitAndARunReserves() throws Exception {
    try (DemoLab nodes = DemoLab.start()) {
      Map<String, Object> config =
          Map.of("listen", "127.0.0.1:0", "store", "sqlite::memory:", "nodes", nodes.inventory());
      String text = JsonClient.JSON.writeValueAsString(config);
      try (GridFleetLb server =
          new GridFleetLb(
              ConfigLoader.of(GridFleetConfig.class).text("demo", text).load().value())) {
        String url = "http://127.0.0.1:" + server.start().getPort();
        JsonClient client = new JsonClient(URI.create(url));
        try (DemoClients clients = DemoClients.start(url, nodes.nodes(), Duration.ofMillis(250))) {
          assertThat(clients).isNotNull();
          Lab.until("a named test", () -> named(client.get("/api/sessions").body()));
          Lab.until("one waits", () -> server.distributor().queueLength() > 0);
          Lab.until("a run", () -> !client.get("/api/runs").body().path("items").isEmpty());
        }
        assertThat(nodes.nodes().get("android-rack-1").history().events(NodeEvent.Kind.CREATED))
            .as("the devices of the banner's commands stay free")
            .isEmpty();
      }
    }
  }

  private static boolean named(JsonNode sessions) {
    for (JsonNode session : sessions.path("items")) {
      if (session.path("test_name").asText().startsWith("checkout:")) {
        return true;
      }
    }
    return false;
  }
}
