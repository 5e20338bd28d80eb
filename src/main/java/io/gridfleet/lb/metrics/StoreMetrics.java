package io.gridfleet.lb.metrics;

import io.gridfleet.lb.store.StoreListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of the store. Statements are named by a few dozen constants of its own. */
final class StoreMetrics implements StoreListener {
  private final MeterRegistry registry;
  private final Map<String, Timer> statements = new ConcurrentHashMap<>();
  private final Counter failures;
  private final Counter refusals;
  private final Counter dropped;
  private final DistributionSummary groups;
  private final AtomicInteger up = new AtomicInteger(1);

  StoreMetrics(MeterRegistry registry) {
    this.registry = registry;
    failures =
        Counter.builder(Names.of("store.failures"))
            .description("Statements that failed.")
            .register(registry);
    refusals =
        Counter.builder(Names.of("store.refusals"))
            .description("Statements that were refused because too many waited.")
            .register(registry);
    dropped =
        Counter.builder(Names.of("store.deferred.dropped"))
            .description("Changes that happened during an outage and were dropped unwritten.")
            .register(registry);
    groups =
        DistributionSummary.builder(Names.of("store.group.operations"))
            .description("Operations that committed in one transaction with others, by group.")
            .register(registry);
    Gauge.builder(Names.of("store.up"), up, AtomicInteger::get)
        .description("1 while the store can be reached.")
        .register(registry);
  }

  @Override
  public void statementDone(String statement, Duration took, boolean failed) {
    statements.computeIfAbsent(statement, this::timer).record(took);
    if (failed) {
      failures.increment();
    }
  }

  @Override
  public void statementRefused(String statement) {
    refusals.increment();
  }

  @Override
  public void groupCommitted(int operations) {
    groups.record(operations);
  }

  @Override
  public void deferredWriteDropped() {
    dropped.increment();
  }

  @Override
  public void storeDown(String trouble) {
    up.set(0);
  }

  @Override
  public void storeUp(Duration downFor) {
    up.set(1);
  }

  private Timer timer(String statement) {
    return Timer.builder(Names.of("store"))
        .description("Statements of the store, by name.")
        .tag("operation", statement)
        .serviceLevelObjectives(Names.storeBorders())
        .register(registry);
  }
}
