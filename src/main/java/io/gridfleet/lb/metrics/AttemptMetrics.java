package io.gridfleet.lb.metrics;

import io.gridfleet.lb.newsession.AttemptOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Attempts by result and cause. Causes come from a table that operators extend: bounded here. */
final class AttemptMetrics {
  /** Several times the number of built-in causes. */
  private static final int MAX_CAUSES = 100;

  private static final String NO_CAUSE = "none";

  private final MeterRegistry registry;
  private final Map<String, Counter> failed = new ConcurrentHashMap<>();
  private final Counter created;
  private final Counter refused;
  private final Counter lockLost;
  private final Counter clientGone;

  AttemptMetrics(MeterRegistry registry) {
    this.registry = registry;
    created = counter("created", NO_CAUSE);
    refused = counter("refused", NO_CAUSE);
    lockLost = counter("lock_lost", NO_CAUSE);
    clientGone = counter("client_gone", NO_CAUSE);
  }

  void count(AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Created) {
      created.increment();
    } else if (outcome instanceof AttemptOutcome.Refused) {
      refused.increment();
    } else if (outcome instanceof AttemptOutcome.DeviceFailed device) {
      failed(device.causeCode()).increment();
    } else if (outcome instanceof AttemptOutcome.LockLost) {
      lockLost.increment();
    } else {
      clientGone.increment();
    }
  }

  private Counter failed(String cause) {
    String label = failed.containsKey(cause) || failed.size() < MAX_CAUSES ? cause : "other";
    return failed.computeIfAbsent(label, key -> counter("device_failed", key));
  }

  private Counter counter(String result, String cause) {
    return Counter.builder(Names.of("attempts"))
        .description("Tries to create a session on one device, by result and cause.")
        .tag("result", result)
        .tag("cause", cause)
        .register(registry);
  }
}
