package io.gridfleet.lb.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.simulator.LiveSession;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.SimulatedNode;
import io.gridfleet.lb.simulator.SimulatedNodeConfig;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Appium nodes with phones, all alike: node {@code n} is {@code node-n} and has the phones {@code
 * phone-n-1}, {@code phone-n-2} and so on, which are tried in the order of their nodes. The nodes
 * record what really happened.
 */
public final class SimulatedFleet implements AutoCloseable {
  private final EventLoopGroup loops = SimulatedNode.newLoops(1);
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final List<List<String>> phones = new ArrayList<>();

  private SimulatedFleet() {}

  public static SimulatedFleet of(int nodes, int phonesEach) {
    return of(nodes, phonesEach, config -> config);
  }

  /** Nodes that differ from the usual by {@code change}. */
  public static SimulatedFleet of(
      int nodes, int phonesEach, UnaryOperator<SimulatedNodeConfig> change) {
    SimulatedFleet fleet = new SimulatedFleet();
    for (int node = 1; node <= nodes; node++) {
      fleet.add(node, phonesEach, config -> SimulatedNode.start(change.apply(config), fleet.loops));
    }
    return fleet;
  }

  /** Nodes with one phone each that speak TLS with this certificate. */
  public static SimulatedFleet secure(int nodes, SslContext tls) {
    SimulatedFleet fleet = new SimulatedFleet();
    for (int node = 1; node <= nodes; node++) {
      fleet.add(node, 1, config -> SimulatedNode.startSecure(config, tls));
    }
    return fleet;
  }

  private void add(int number, int phonesEach, Function<SimulatedNodeConfig, SimulatedNode> start) {
    Map<String, Integer> slots = new LinkedHashMap<>();
    for (int phone = 1; phone <= phonesEach; phone++) {
      slots.put("phone-" + number + "-" + phone, 1);
    }
    SimulatedNodeConfig config =
        SimulatedNodeConfig.appium().withBasePath("/wd/hub").withSessionList().withDevices(slots);
    nodes.add(start.apply(config));
    phones.add(List.copyOf(slots.keySet()));
  }

  /** The node with this number; the first is 1. */
  public SimulatedNode node(int number) {
    return nodes.get(number - 1);
  }

  public List<SimulatedNode> nodes() {
    return List.copyOf(nodes);
  }

  public List<LiveSession> liveSessions() {
    return nodes.stream().flatMap(node -> node.liveSessions().stream()).toList();
  }

  /** The nodes as {@code nodes:} of a configuration file has them. */
  public List<Map<String, Object>> inventory() {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", "node-" + (i + 1));
      entry.put("url", nodes.get(i).url().toString());
      int rank = i + 1;
      entry.put("devices", phones.get(i).stream().map(udid -> device(udid, rank)).toList());
      entries.add(entry);
    }
    return entries;
  }

  private static Map<String, Object> device(String udid, int rank) {
    Map<String, Object> device = new LinkedHashMap<>();
    device.put("udid", udid);
    device.put("name", udid);
    device.put("platformName", "Android");
    device.put("rank", rank);
    device.put("attributes", Map.of("device_type", "android", "os_version", "14"));
    return device;
  }

  /** Asserts from the nodes' records that no device was requested for two sessions at once. */
  public void assertNoDeviceWasShared() {
    for (int i = 0; i < nodes.size(); i++) {
      for (String udid : phones.get(i)) {
        assertThat(nodes.get(i).history().mostLiveAtOnce(udid)).as(udid).isLessThanOrEqualTo(1);
      }
      assertThat(nodes.get(i).history().events(NodeEvent.Kind.CLASHED))
          .as("asked while busy on node " + (i + 1))
          .isEmpty();
    }
  }

  /** No session lives on any node. */
  public void assertQuiet() {
    assertThat(liveSessions()).as("sessions that were not ended").isEmpty();
  }

  @Override
  public void close() {
    nodes.forEach(SimulatedNode::close);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
