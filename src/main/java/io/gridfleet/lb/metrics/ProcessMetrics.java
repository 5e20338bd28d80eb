package io.gridfleet.lb.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Set;

/** Meters of the process and its JVM, named by Prometheus' conventions. */
final class ProcessMetrics {
  /** Two of Micrometer's that promtool objects to: nanoseconds, and a gauge named as a count. */
  private static final Set<String> BADLY_NAMED = Set.of("process.cpu.time", "system.cpu.count");

  private ProcessMetrics() {}

  /** A registry with filters for badly named meters; filters come before the first meter. */
  static PrometheusMeterRegistry filtered() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.config().meterFilter(MeterFilter.deny(id -> BADLY_NAMED.contains(id.getName())));
    return registry;
  }

  /**
   * Registers all meters.
   *
   * @return the listener of the JVM's collections, which keeps the registry until it is closed
   */
  static JvmGcMetrics bindTo(MeterRegistry registry) {
    JvmGcMetrics collections = new JvmGcMetrics();
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      FunctionCounter.builder("process.cpu", system, ProcessMetrics::cpuSeconds)
          .description("Processor time that this process has used.")
          .baseUnit("seconds")
          .register(registry);
    }
    return collections;
  }

  private static double cpuSeconds(OperatingSystemMXBean system) {
    return system.getProcessCpuTime() / (double) Duration.ofSeconds(1).toNanos();
  }
}
