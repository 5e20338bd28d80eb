package io.gridfleet.lb.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Meters of reading the configuration and its inventory files again. Any thread. */
public final class ReloadMetrics {
  private final AtomicInteger successful = new AtomicInteger(1);
  private final AtomicLong lastSuccess = new AtomicLong();
  private final Counter errors;

  ReloadMetrics(MeterRegistry registry) {
    Gauge.builder(Names.of("reload.successful"), successful, AtomicInteger::get)
        .description("1 if the last reading of the configuration found no problem.")
        .register(registry);
    Gauge.builder(Names.of("reload.last.success.timestamp"), lastSuccess, AtomicLong::get)
        .description("When the configuration was last read without a problem, the start included.")
        .baseUnit("seconds")
        .register(registry);
    errors =
        Counter.builder(Names.of("reload.errors"))
            .description("Problems that readings of the configuration found.")
            .register(registry);
  }

  /** Records a reading without a problem. */
  public void succeeded(Instant now) {
    successful.set(1);
    lastSuccess.set(now.getEpochSecond());
  }

  /** Records a reading with this many problems. */
  public void failed(int problems) {
    successful.set(0);
    errors.increment(problems);
  }
}
