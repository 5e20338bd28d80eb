package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.newsession.NewSessionListener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Publishes what new session requests do to devices on {@code /api/events}. */
record NewSessionEvents(EventFeed feed) implements NewSessionListener {
  static final String AVOIDANCE_ENDED = "device.avoidance_ended";
  static final String DEVICE = "device_id";

  @Override
  public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put(DEVICE, device.id().value());
    data.put("name", device.name());
    now.ifPresent(
        avoided -> {
          data.put("cause", avoided.cause());
          data.put("until", avoided.until().toString());
        });
    feed.publish(now.isPresent() ? "device.avoided" : AVOIDANCE_ENDED, data);
  }
}
