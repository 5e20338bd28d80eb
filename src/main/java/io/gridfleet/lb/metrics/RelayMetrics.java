package io.gridfleet.lb.metrics;

import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.webdriver.SessionId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Meters of the relay. All of them exist from the start: a command looks up two enum maps. */
final class RelayMetrics implements RelayListener {
  private final Map<CommandClass, Map<StatusClass, Counter>> commands =
      new EnumMap<>(CommandClass.class);
  private final Map<CommandReport.Outcome, Counter> broken =
      new EnumMap<>(CommandReport.Outcome.class);
  private final Timer duration;
  private final Timer overhead;
  private final Counter bytesToNodes;
  private final Counter bytesToClients;

  /** Begun commands less ended ones; event loops add to cells of their own. */
  private final LongAdder running = new LongAdder();

  private final AtomicInteger tunnels = new AtomicInteger();

  RelayMetrics(MeterRegistry registry) {
    for (CommandClass what : CommandClass.values()) {
      commands.put(what, byStatus(registry, what));
    }
    for (CommandReport.Outcome outcome : CommandReport.Outcome.values()) {
      if (outcome != CommandReport.Outcome.ANSWERED) {
        broken.put(outcome, brokenCounter(registry, outcome));
      }
    }
    duration =
        Timer.builder(Names.of("command"))
            .description("Commands of live sessions, from the request's head to the answer's end.")
            .serviceLevelObjectives(Names.commandBorders())
            .register(registry);
    overhead =
        Timer.builder(Names.of("command.overhead"))
            .description("The part of a command's time that this server spent.")
            .serviceLevelObjectives(Names.overheadBorders())
            .register(registry);
    bytesToNodes = bytes(registry, "to_node");
    bytesToClients = bytes(registry, "to_client");
    Gauge.builder(Names.of("commands.running"), running, LongAdder::sum)
        .description("Commands between their request and their answer's end.")
        .register(registry);
    Gauge.builder(Names.of("tunnels.open"), tunnels, AtomicInteger::get)
        .description("WebSockets of live sessions that pass through this server.")
        .register(registry);
  }

  private static Map<StatusClass, Counter> byStatus(MeterRegistry registry, CommandClass what) {
    Map<StatusClass, Counter> counters = new EnumMap<>(StatusClass.class);
    for (StatusClass status : StatusClass.values()) {
      counters.put(
          status,
          Counter.builder(Names.of("commands"))
              .description("Commands of live sessions, by kind and result.")
              .tag("class", Names.label(what))
              .tag("status", status.label())
              .register(registry));
    }
    return counters;
  }

  private static Counter brokenCounter(MeterRegistry registry, CommandReport.Outcome outcome) {
    return Counter.builder(Names.of("commands.broken"))
        .description("Commands that the node did not answer to the end.")
        .tag("outcome", Names.label(outcome))
        .register(registry);
  }

  private static Counter bytes(MeterRegistry registry, String direction) {
    return Counter.builder(Names.of("relayed"))
        .description("Bytes of bodies and sockets that passed.")
        .baseUnit("bytes")
        .tag("direction", direction)
        .register(registry);
  }

  @Override
  public void commandStarted(SessionId id) {
    running.increment();
  }

  @Override
  public void commandEnded(SessionId id, CommandReport report) {
    running.decrement();
    Map<StatusClass, Counter> counters =
        commands.get(CommandClass.of(report.method(), report.path()));
    Counter counter = counters == null ? null : counters.get(StatusClass.of(report.status()));
    if (counter != null) {
      counter.increment();
    }
    Counter ended = broken.get(report.outcome());
    if (ended != null) {
      ended.increment();
    }
    duration.record(report.duration().toNanos(), TimeUnit.NANOSECONDS);
    if (!report.overhead().isNegative()) {
      overhead.record(report.overhead().toNanos(), TimeUnit.NANOSECONDS);
    }
    bytesToNodes.increment((double) report.requestBytes());
    bytesToClients.increment((double) report.answerBytes());
  }

  @Override
  public void tunnelOpened(SessionId id) {
    tunnels.incrementAndGet();
  }

  @Override
  public void tunnelClosed(SessionId id, long toNode, long toClient) {
    tunnels.decrementAndGet();
    bytesToNodes.increment((double) toNode);
    bytesToClients.increment((double) toClient);
  }
}
