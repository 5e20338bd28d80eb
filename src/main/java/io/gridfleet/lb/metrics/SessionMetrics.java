package io.gridfleet.lb.metrics;

import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Meters of sessions from their record to their end. */
final class SessionMetrics implements SessionListener {
  private final Map<EndReason, Counter> ended = new EnumMap<>(EndReason.class);
  private final Timer lived;

  SessionMetrics(MeterRegistry registry) {
    for (EndReason reason : EndReason.values()) {
      ended.put(
          reason,
          Counter.builder(Names.of("sessions.ended"))
              .description("Sessions that ended, by reason.")
              .tag("reason", reason.code())
              .register(registry));
    }
    lived =
        Timer.builder(Names.of("session"))
            .description("How long sessions lived.")
            .serviceLevelObjectives(Names.creationBorders())
            .register(registry);
  }

  @Override
  public void ended(Session session, EndCause cause, Duration time) {
    Counter counter = ended.get(cause.reason());
    if (counter != null) {
      counter.increment();
    }
    lived.record(time);
  }
}
