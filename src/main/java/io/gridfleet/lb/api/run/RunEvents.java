package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunListener;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Publishes changes of runs to the event feed. */
public final class RunEvents implements RunListener {
  private final EventFeed feed;

  public RunEvents(EventFeed feed) {
    this.feed = feed;
  }

  @Override
  public void created(Run run) {
    publish(run, "run.created", about(run));
  }

  @Override
  public void activated(Run run) {
    publish(run, "run.active", about(run));
  }

  @Override
  public void ended(Run run) {
    publish(run, "run." + run.state().code(), about(run));
  }

  @Override
  public void preparationFailed(Run run, DeviceId device, String message) {
    Map<String, Object> data = about(run, device);
    data.put("reason", message);
    publish(run, "device.preparation_failed", data);
  }

  @Override
  public void coolingDown(Run run, DeviceId device, Duration howLong) {
    Map<String, Object> data = about(run, device);
    data.put("seconds", howLong.toSeconds());
    publish(run, "device.cooldown", data);
  }

  @Override
  public void escalated(Run run, DeviceId device) {
    publish(run, "device.hold_changed", about(run, device));
  }

  @Override
  public void failsAgain(Run run, DeviceId device, String cause) {
    Map<String, Object> data = about(run, device);
    data.put("cause", cause);
    publish(run, "run.device_fails_again", data);
  }

  private void publish(Run run, String type, Map<String, Object> data) {
    feed.publish(type, run.request().tenant(), data);
  }

  private static Map<String, Object> about(Run run) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("run_id", run.id().value());
    data.put("name", run.name());
    data.put("state", run.state().code());
    return data;
  }

  private static Map<String, Object> about(Run run, DeviceId device) {
    Map<String, Object> data = about(run);
    data.put("device_id", device.value());
    return data;
  }
}
