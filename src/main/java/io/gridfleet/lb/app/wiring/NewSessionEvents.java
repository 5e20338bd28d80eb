package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Publishes new session requests, and what they do to devices, on {@code /api/events}. */
final class NewSessionEvents implements NewSessionListener {
  static final String AVOIDED = "device.avoided";
  static final String AVOIDANCE_ENDED = "device.avoidance_ended";
  static final String DEVICE = "device_id";
  static final String UNTIL = "until";

  private final EventFeed feed;

  /** The tenants of the requests that aren't answered yet, by request. */
  private final Map<String, String> tenants = new ConcurrentHashMap<>();

  NewSessionEvents(EventFeed feed) {
    this.feed = feed;
  }

  @Override
  public void admitted(NewSessionRequest request, NewSessionOptions options) {
    tenants.put(request.id(), options.tenant().name());
  }

  @Override
  public void queued(NewSessionRequest request) {
    publish(request, EventFeed.REQUEST_QUEUED, tenants.get(request.id()));
  }

  @Override
  public void created(NewSessionRequest request, Session session, Duration took) {
    ended(request);
  }

  @Override
  public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
    ended(request);
  }

  @Override
  public void clientLeft(NewSessionRequest request, Phase phase) {
    ended(request);
  }

  private void ended(NewSessionRequest request) {
    publish(request, EventFeed.REQUEST_ENDED, tenants.remove(request.id()));
  }

  private void publish(NewSessionRequest request, String type, @Nullable String tenant) {
    if (tenant != null) {
      feed.publish(type, Optional.of(tenant), Map.of("request_id", request.id()));
    }
  }

  @Override
  public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put(DEVICE, device.id().value());
    data.put("name", device.name());
    now.ifPresent(
        avoided -> {
          data.put("cause", avoided.cause());
          data.put(UNTIL, avoided.until().toString());
        });
    feed.publish(now.isPresent() ? AVOIDED : AVOIDANCE_ENDED, data);
  }
}
