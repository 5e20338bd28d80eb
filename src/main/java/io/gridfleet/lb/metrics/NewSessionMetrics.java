package io.gridfleet.lb.metrics;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Meters of new session requests. */
final class NewSessionMetrics implements NewSessionListener {
  private final Counter created;
  private final Counter left;
  private final Map<ErrorCode, Counter> refused = new EnumMap<>(ErrorCode.class);
  private final Map<Phase, Counter> leftIn = new EnumMap<>(Phase.class);
  private final Timer duration;
  private final Timer waited;
  private final Timer attempt;
  private final Counter cleanedUp;
  private final AttemptMetrics attempts;

  NewSessionMetrics(MeterRegistry registry) {
    created = outcome(registry, "created");
    left = outcome(registry, "client_gone");
    for (ErrorCode code : ErrorCode.values()) {
      refused.put(code, outcome(registry, Names.label(code)));
    }
    for (Phase phase : Phase.values()) {
      leftIn.put(
          phase,
          Counter.builder(Names.of("client.gone"))
              .description("Clients that left before they had the answer to a new session request.")
              .tag("phase", Names.label(phase))
              .register(registry));
    }
    duration = timer(registry, "new.session", "New session requests, from arrival to answer.");
    waited =
        timer(registry, "queue.wait", "How long new session requests waited for their devices.");
    attempt = timer(registry, "attempt", "Tries to create a session on one device.");
    cleanedUp =
        Counter.builder(Names.of("sessions.cleaned.up"))
            .description(
                "Sessions that were created after their client had left or the attempt had ended, and deleted.")
            .register(registry);
    attempts = new AttemptMetrics(registry);
  }

  private static Counter outcome(MeterRegistry registry, String outcome) {
    return Counter.builder(Names.of("new.sessions"))
        .description("New session requests that ended, by how: created, or the error's name.")
        .tag("outcome", outcome)
        .register(registry);
  }

  private static Timer timer(MeterRegistry registry, String name, String description) {
    return Timer.builder(Names.of(name))
        .description(description)
        .serviceLevelObjectives(Names.creationBorders())
        .register(registry);
  }

  @Override
  public void placed(NewSessionRequest request, Device device, Duration waitedFor) {
    waited.record(waitedFor);
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    attempt.record(took);
    attempts.count(outcome);
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    created.increment();
    duration.record(took);
  }

  @Override
  public void unauthorized(String client, WebDriverError error) {
    increment(refused.get(error.code()));
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    increment(refused.get(error.code()));
    duration.record(took);
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    left.increment();
    increment(leftIn.get(phase));
  }

  @Override
  public void cleanedUp(NewSessionRequest request, Device device) {
    cleanedUp.increment();
  }

  private static void increment(@Nullable Counter counter) {
    if (counter != null) {
      counter.increment();
    }
  }
}
