package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** One failed attempt, as reported in {@code value.data.attempts}. */
record AttemptRecord(Device device, String cause, Duration took) {
  Map<String, Object> forClients() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("device", device.udid().orElse(device.id().value()));
    members.put("deviceName", device.name());
    members.put("node", device.node().id().value());
    members.put("cause", cause);
    members.put("milliseconds", took.toMillis());
    return members;
  }
}
