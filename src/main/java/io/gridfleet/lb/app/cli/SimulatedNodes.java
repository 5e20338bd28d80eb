package io.gridfleet.lb.app.cli;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.node.InventoryFile;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.webdriver.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The demo's nodes, if the configuration enables them. */
record SimulatedNodes(@Nullable DemoLab lab) implements AutoCloseable {

  /** Starts them if the configuration enables them. */
  static SimulatedNodes of(GridFleetConfig config) {
    return new SimulatedNodes(config.demo() ? DemoLab.start() : null);
  }

  /** As an operator would write them: JSON is YAML too. */
  List<NodeConfig> configured() {
    return lab == null
        ? List.of()
        : ConfigLoader.of(InventoryFile.class)
            .text("demo", Json.text(Map.of("nodes", lab.inventory())))
            .load()
            .value()
            .nodes();
  }

  /**
   * Starts the clients of the demo, or none.
   *
   * @param url where the server listens
   */
  DemoClients clients(String url, boolean wanted) {
    return DemoClients.start(
        url, lab != null && wanted ? lab.nodes() : Map.of(), DemoClients.BETWEEN);
  }

  @Override
  public void close() {
    if (lab != null) {
      lab.close();
    }
  }
}
