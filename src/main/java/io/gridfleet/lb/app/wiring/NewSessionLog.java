package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.log.LogText;
import io.gridfleet.lb.app.log.RepeatLimit;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.RecordedCapabilities;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs one line for each step of a new session, with the request's id; never a capability. The ids
 * are also fields, for a log of JSON lines.
 */
final class NewSessionLog implements NewSessionListener {
  private static final Logger log = LoggerFactory.getLogger("newsession");
  private static final int UNAUTHORIZED = 401;

  /** The bound of a refusal's message; its data has none. */
  private static final int MAX_REASON = 500;

  private static LoggingEventBuilder line(NewSessionRequest request) {
    return log.atInfo().addKeyValue("request", request.id());
  }

  private static LoggingEventBuilder line(NewSessionRequest request, Device device) {
    return line(request)
        .addKeyValue("device", device.id().value())
        .addKeyValue("node", device.node().id().value());
  }

  @Override
  public void admitted(NewSessionRequest request, NewSessionOptions options) {
    String run = options.labels().run().orElse("-");
    LoggingEventBuilder line = line(request).addKeyValue("tenant", options.tenant().name());
    LogText.with(line, "run", options.labels().run())
        .log(
            "request {} admitted: tenant {}, test {}, run {}{}",
            request.id(),
            options.tenant().name(),
            options.labels().testName().orElse("-"),
            run,
            options.warnings().isEmpty() ? "" : ", warnings " + options.warnings());
  }

  @Override
  public void queued(NewSessionRequest request) {
    line(request).log("request {} waits for a device", request.id());
  }

  @Override
  public void placed(NewSessionRequest request, Device device, Duration waited) {
    line(request, device)
        .log("request {} has {} after {} ms", request.id(), device, waited.toMillis());
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    Optional<String> session =
        outcome instanceof AttemptOutcome.Created created
            ? Optional.of(created.id().value())
            : Optional.empty();
    LogText.with(line(request, device), "session", session)
        .log(
            "request {} attempt on {} after {} ms: {}",
            request.id(),
            device,
            took.toMillis(),
            words(request, outcome));
  }

  private static String words(NewSessionRequest request, AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Created created) {
      return "session " + created.id();
    }
    if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      return "device failed, " + withoutSecrets(request, failed.cause());
    }
    if (outcome instanceof AttemptOutcome.Refused refused) {
      return "refused with status " + refused.status() + ", " + refused.error().code().text();
    }
    if (outcome instanceof AttemptOutcome.LockLost) {
      return "lock lost before the node was called";
    }
    return outcome instanceof AttemptOutcome.ClientGone ? "client gone" : "out of time";
  }

  @Override
  public void avoided(NewSessionRequest request, Device device, String cause) {
    line(request, device).log("request {} {} is avoided: {}", request.id(), device, cause);
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    line(request)
        .addKeyValue("session", session.id().value())
        .addKeyValue("device", session.lock().device().value())
        .addKeyValue("node", session.node().value())
        .addKeyValue("tenant", session.terms().tenant())
        .log(
            "request {} answered: session {} after {} ms",
            request.id(),
            session.id(),
            took.toMillis());
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    if (error.status() == UNAUTHORIZED) {
      line(request)
          .addMarker(RepeatLimit.FROM_STRANGERS)
          .log(
              "request {} refused with 401 from {}: its token is missing or wrong",
              request.id(),
              request.origin().client().address());
      return;
    }
    line(request)
        .log(
            "request {} refused after {} ms: {}: {}{}",
            request.id(),
            took.toMillis(),
            error.code().text(),
            LogText.beginning(withoutSecrets(request, error.message()), MAX_REASON),
            counts(error));
  }

  /** Nodes repeat what was sent to them. */
  private static String withoutSecrets(NewSessionRequest request, String text) {
    return RecordedCapabilities.withoutSecrets(
        request.payload().candidates(), text, 2 * MAX_REASON);
  }

  /** How many devices there are, match, and can't serve and why; and the number of attempts. */
  private static String counts(WebDriverError error) {
    StringBuilder text = new StringBuilder();
    if (error.data().containsKey("devices")) {
      text.append(" [devices ").append(error.data().get("devices"));
      text.append(", matching ").append(error.data().get("matching"));
      text.append(", inhibitors ").append(error.data().get("inhibitors"));
      text.append(']');
    }
    if (error.data().get("attempts") instanceof List<?> attempts && !attempts.isEmpty()) {
      text.append(" [attempts ").append(attempts.size()).append(']');
    }
    return text.toString();
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    line(request).log("request {} client left while {}", request.id(), phase);
  }

  @Override
  public void cleanedUp(NewSessionRequest request, Device device) {
    line(request, device).log("request {} cleaned up, {} is free", request.id(), device);
  }
}
