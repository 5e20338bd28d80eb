package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.queue.QueueView.Labels;
import io.gridfleet.lb.history.ClientProduct;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The labels of the requests in progress on this replica, as many as these. Thread-safe. */
final class RequestLabels implements NewSessionListener {
  private static final Labels NONE = new Labels(Optional.empty(), Optional.empty(), "");

  private final Map<String, Known> inProgress = new ConcurrentHashMap<>();

  private record Known(String tenant, Labels labels) {}

  /** Returns the labels of a request; empty ones if it has ended. */
  Labels of(String request) {
    Known known = inProgress.get(request);
    return known == null ? NONE : known.labels();
  }

  /** Returns the tenant of a request in progress. */
  Optional<String> tenantOf(String request) {
    return Optional.ofNullable(inProgress.get(request)).map(Known::tenant);
  }

  @Override
  public void admitted(NewSessionRequest request, NewSessionOptions options) {
    NewSessionOptions.Labels labels = options.labels();
    String client = ClientProduct.of(request.origin().client().userAgent());
    inProgress.put(
        request.id(),
        new Known(options.tenant().name(), new Labels(labels.run(), labels.testName(), client)));
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    inProgress.remove(request.id());
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    inProgress.remove(request.id());
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    inProgress.remove(request.id());
  }
}
