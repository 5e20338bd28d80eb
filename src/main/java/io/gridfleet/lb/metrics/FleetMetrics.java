package io.gridfleet.lb.metrics;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.distributor.SeatView;
import io.gridfleet.lb.node.NodeHealth;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
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

  private final Views views;
  private final MultiGauge devices;
  private final MultiGauge nodes;
  private final AtomicInteger avoided = new AtomicInteger();

  FleetMetrics(MeterRegistry registry, Views views) {
    this.views = views;
    devices =
        MultiGauge.builder(Names.of("devices"))
            .description("Devices, by platform and by what hinders them first.")
            .register(registry);
    nodes =
        MultiGauge.builder(Names.of("nodes"))
            .description("Nodes, by what probes found out.")
            .register(registry);
    Gauge.builder(Names.of("avoided.devices"), avoided, AtomicInteger::get)
        .description("Devices that are avoided because they failed a session's start.")
        .register(registry);
    Gauge.builder(Names.of("queue.length"), views.queueLength()::getAsInt)
        .description("New session requests that wait for a device.")
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
    int nowAvoided = 0;
    for (SeatView seat : views.seats().get()) {
      counts
          .computeIfAbsent(seat.device().platform(), platform -> new TreeMap<>())
          .merge(seat.state(), 1, Integer::sum);
      nowAvoided +=
          seat.inhibitors().stream().anyMatch(it -> it.kind() == Inhibitor.Kind.AVOIDED) ? 1 : 0;
    }
    avoided.set(nowAvoided);
    devices.register(deviceRows(counts), true);
    nodes.register(nodeRows(), true);
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
