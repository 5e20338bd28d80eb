package io.gridfleet.lb.app;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.SessionWish;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One log line for each step of a new session, with the request's id; never a capability. */
final class StoryLog implements NewSessionListener {
  private static final Logger log = LoggerFactory.getLogger("newsession");

  private static void line(NewSessionRequest request, String text, Object... values) {
    try (var id = MDC.putCloseable("request", request.id())) {
      log.info("request {} " + text, with(request.id(), values));
    }
  }

  private static Object[] with(Object first, Object[] rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }

  @Override
  public void admitted(NewSessionRequest request, SessionWish wish) {
    line(
        request,
        "admitted: tenant {}, test {}, run {}{}",
        wish.tenant().name(),
        wish.labels().testName().orElse("-"),
        wish.labels().run().orElse("-"),
        wish.warnings().isEmpty() ? "" : ", warnings " + wish.warnings());
  }

  @Override
  public void queued(NewSessionRequest request) {
    line(request, "waits for a device");
  }

  @Override
  public void placed(NewSessionRequest request, Device device, Duration waited) {
    line(request, "has {} after {} ms", device, waited.toMillis());
  }

  @Override
  public void attemptEnded(
      NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
    line(request, "attempt on {} after {} ms: {}", device, took.toMillis(), words(outcome));
  }

  private static String words(AttemptOutcome outcome) {
    if (outcome instanceof AttemptOutcome.Created created) {
      return "session " + created.id();
    }
    if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
      return "device failed, " + failed.cause();
    }
    if (outcome instanceof AttemptOutcome.Refused refused) {
      return "refused with status " + refused.status() + ", " + refused.error().code().text();
    }
    if (outcome instanceof AttemptOutcome.LockLost) {
      return "lock lost before the node was asked";
    }
    return outcome instanceof AttemptOutcome.ClientGone ? "client gone" : "out of time";
  }

  @Override
  public void avoided(NewSessionRequest request, Device device, String cause) {
    line(request, "{} is avoided: {}", device, cause);
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    line(request, "answered: session {} after {} ms", session.id(), took.toMillis());
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    line(request, "refused after {} ms: {}", took.toMillis(), error.code().text());
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    line(request, "client left while {}", phase);
  }

  @Override
  public void cleanedUp(NewSessionRequest request, Device device) {
    line(request, "cleaned up, {} is free", device);
  }
}
