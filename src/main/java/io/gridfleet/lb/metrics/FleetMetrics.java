package io.gridfleet.lb.metrics;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.node.NodeHealth;
import io.gridfleet.lb.node.NodeId;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Devices, nodes, queue and sessions, counted anew at each scrape. */
final class FleetMetrics {
  /** Every state but those that only a request can see. */
  private static final List<String> STATES = states();

  /** The bound of labels whose value nodes or operators chose. */
  private static final int MAX_LABEL = 120;

  private final ScrapeSources views;
  private final MultiGauge devices;
  private final MultiGauge nodes;
  private final MultiGauge nodeUp;
  private final MultiGauge deviceAvoided;
  private final AtomicInteger avoided = new AtomicInteger();

  FleetMetrics(MeterRegistry registry, ScrapeSources views) {
    this.views = views;
    devices =
        MultiGauge.builder(Names.of("devices"))
            .description("Devices, by platform and by their first inhibitor.")
            .register(registry);
    nodes =
        MultiGauge.builder(Names.of("nodes"))
            .description("Nodes, by the result of their probes.")
            .register(registry);
    nodeUp =
        MultiGauge.builder(Names.of("node.up"))
            .description("1 while a node answers its probe, else 0 and the cause.")
            .register(registry);
    deviceAvoided =
        MultiGauge.builder(Names.of("device.avoided"))
            .description("1 for each device that is avoided, with the cause.")
            .register(registry);
    Gauge.builder(Names.of("avoided.devices"), avoided, AtomicInteger::get)
        .description("Devices that are avoided because they failed a session's start.")
        .register(registry);
    Gauge.builder(Names.of("queue.length"), views.queueLength()::getAsInt)
        .description("New session requests that wait for a device.")
        .register(registry);
    Gauge.builder(Names.of("queue.oldest.wait"), () -> seconds(views.oldestWait().get()))
        .description("How long the oldest waiting request has waited for a device.")
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder(Names.of("sessions.live"), views.liveSessions()::getAsInt)
        .description("Live sessions.")
        .register(registry);
  }

  private static List<String> states() {
    List<String> states = new ArrayList<>(List.of("free", "in_use"));
    for (Inhibitor.Kind kind : Inhibitor.Kind.values()) {
      if (kind != Inhibitor.Kind.NOT_MATCHING && kind != Inhibitor.Kind.OTHER_TENANT) {
        states.add(kind.code());
      }
    }
    return List.copyOf(states);
  }

  /** Counts again; a scrape follows. */
  synchronized void refresh() {
    Map<String, Map<String, Integer>> counts = new TreeMap<>();
    List<MultiGauge.Row<?>> nowAvoided = new ArrayList<>();
    for (DeviceView device : views.states().get()) {
      counts
          .computeIfAbsent(device.device().platform(), platform -> new TreeMap<>())
          .merge(device.state(), 1, Integer::sum);
      device.inhibitors().stream()
          .filter(it -> it.kind() == Inhibitor.Kind.AVOIDED)
          .findFirst()
          .ifPresent(found -> nowAvoided.add(avoidedRow(device, found)));
    }
    avoided.set(nowAvoided.size());
    deviceAvoided.register(nowAvoided, true);
    devices.register(deviceRows(counts), true);
    nodes.register(nodeRows(), true);
    nodeUp.register(nodeUpRows(), true);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  private static MultiGauge.Row<?> avoidedRow(DeviceView device, Inhibitor avoided) {
    return MultiGauge.Row.of(
        Tags.of(
            "device", device.device().id().value(),
            "name", text(device.device().name()),
            "node", device.device().node().id().value(),
            "cause", text(avoided.detail())),
        1);
  }

  /** One series a node at a time, none before its first probe has ended. */
  private List<MultiGauge.Row<?>> nodeUpRows() {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    views
        .nodes()
        .get()
        .forEach(
            (node, health) -> {
              if (health.state() != NodeHealth.State.UNKNOWN) {
                rows.add(nodeUpRow(node, health));
              }
            });
    return rows;
  }

  private static MultiGauge.Row<?> nodeUpRow(NodeId node, NodeHealth health) {
    boolean down = health.state() == NodeHealth.State.DOWN;
    String cause = down ? text(health.cause()) : "";
    return MultiGauge.Row.of(Tags.of("node", node.value(), "cause", cause), down ? 0 : 1);
  }

  /** A label's value that nodes or operators chose. */
  private static String text(String value) {
    String line = value.replaceAll("\\p{Cntrl}", " ");
    return line.length() <= MAX_LABEL ? line : line.substring(0, MAX_LABEL) + "…";
  }

  private static List<MultiGauge.Row<?>> deviceRows(Map<String, Map<String, Integer>> counts) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    counts.forEach(
        (platform, states) ->
            STATES.forEach(
                state ->
                    rows.add(
                        MultiGauge.Row.of(
                            Tags.of("platform", platform, "state", state),
                            states.getOrDefault(state, 0)))));
    return rows;
  }

  private List<MultiGauge.Row<?>> nodeRows() {
    Map<NodeHealth.State, Integer> counts = new EnumMap<>(NodeHealth.State.class);
    views.nodes().get().values().forEach(it -> counts.merge(it.state(), 1, Integer::sum));
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (NodeHealth.State state : NodeHealth.State.values()) {
      rows.add(
          MultiGauge.Row.of(Tags.of("state", Names.label(state)), counts.getOrDefault(state, 0)));
    }
    return rows;
  }
}
