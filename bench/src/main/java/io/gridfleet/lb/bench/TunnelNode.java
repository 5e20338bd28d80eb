package io.gridfleet.lb.bench;

import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;

/** A simulated node as a process: prints its port and serves until its standard input ends. */
public final class TunnelNode {
  private TunnelNode() {}

  public static void main(String[] arguments) throws Exception {
    var config = SimulatedNodeConfig.chromedriver().withPort(Integer.parseInt(arguments[0]));
    try (SimulatedNode node = SimulatedNode.start(config)) {
      System.out.println("READY " + node.port());
      while (System.in.read() >= 0) {}
    }
  }
}
