package io.gridfleet.lb.metrics;

import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.store.StoreListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All meters of this server, and their text for Prometheus. Any thread. */
public final class Metrics implements AutoCloseable {
  /** The content type of {@link #scrape()}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry = ProcessMetrics.filtered();
  private final RelayMetrics relay = new RelayMetrics(registry);
  private final NewSessionMetrics newSessions = new NewSessionMetrics(registry);
  private final SessionMetrics sessions = new SessionMetrics(registry);
  private final StoreMetrics store = new StoreMetrics(registry);
  private final ReloadMetrics reloads = new ReloadMetrics(registry);
  private final Counter replays;
  private final Counter historyDrops;
  private final JvmGcMetrics collections;
  private volatile @Nullable FleetMetrics fleet;

  /**
   * Meters of the process exist at once; those of features are registered at their first report.
   */
  public Metrics(String version, String transport) {
    Gauge.builder(Names.of("build.info"), () -> 1)
        .description("1; the version and the transport of the event loops are labels.")
        .tag("version", version)
        .tag("transport", transport)
        .register(registry);
    replays =
        Counter.builder(Names.of("idempotent.replays"))
            .description("New session requests that joined or replayed another of the same key.")
            .register(registry);
    historyDrops =
        Counter.builder(Names.of("history.dropped"))
            .description("Records of the history that were not written, because the store lagged.")
            .register(registry);
    collections = ProcessMetrics.bindTo(registry);
  }

  public RelayListener relay() {
    return relay;
  }

  public NewSessionListener newSessions() {
    return newSessions;
  }

  public SessionListener sessions() {
    return sessions;
  }

  public StoreListener store() {
    return store;
  }

  public ReloadMetrics reloads() {
    return reloads;
  }

  /** Counts a new session request that got the answer of an earlier one, or waits for it. */
  public void idempotentReplay() {
    replays.increment();
  }

  /** Counts records of the history that were not written. */
  public void historyDropped(int records) {
    historyDrops.increment(records);
  }

  /** Registers meters of devices, nodes, queue and live sessions. Called once. */
  public void show(ScrapeSources views) {
    fleet = new FleetMetrics(registry, views);
  }

  /**
   * Shows memory of network buffers.
   *
   * @param kind {@code direct} or {@code heap}
   */
  public void showBufferMemory(String kind, LongSupplier bytes) {
    Gauge.builder(Names.of("buffer.memory"), bytes::getAsLong)
        .description("Memory that the pool of network buffers holds.")
        .baseUnit("bytes")
        .tag("kind", kind)
        .register(registry);
  }

  /** Shows how many connections of one side are open: {@code client} or {@code node}. */
  public void showConnections(String side, LongSupplier open) {
    Gauge.builder(Names.of("connections.open"), open::getAsLong)
        .description("Open connections, by the side they lead to.")
        .tag("side", side)
        .register(registry);
  }

  /**
   * Returns Prometheus' text; reads the views of the features, so it must not run on an event loop.
   */
  public String scrape() {
    FleetMetrics shown = fleet;
    if (shown != null) {
      shown.refresh();
    }
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
