package io.gridfleet.lb.api.event;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiCaller;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.device.DeviceId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The event feed as server-sent events (WHATWG HTML §9.2). */
public final class EventRoutes {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Type",
          "text/event-stream",
          "Cache-Control",
          "no-store",
          "X-Accel-Buffering",
          "no");

  /** Sent at once, so that clients and proxies receive the head and a first chunk. */
  private static final byte[] OPENED = ": open\n\n".getBytes(StandardCharsets.UTF_8);

  private final EventFeed feed;
  private final DeviceRows devices;

  public EventRoutes(EventFeed feed, DeviceRows devices) {
    this.feed = feed;
    this.devices = devices;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/events", "Streams events of runs, devices and sessions", this::open)
            .answers(200, "EventStream"));
  }

  private CompletionStage<ApiAnswer> open(ApiCall call) {
    Optional<String> lastId = call.request().header("last-event-id");
    return CompletableFuture.completedStage(
        new ApiAnswer.Stream(
            200,
            HEADERS,
            sink -> {
              sink.send(OPENED);
              return feed.subscribe(
                  lastId,
                  event -> {
                    if (sees(call.caller(), event)) {
                      send(sink, event);
                    }
                  });
            }));
  }

  private boolean sees(ApiCaller caller, EventFeed.Event event) {
    if (caller.seesAll() || event.tenant().isPresent()) {
      return caller.seesThatOf(event.tenant());
    }
    if (event.data().isEmpty()) {
      return true;
    }
    boolean aboutRun = event.data().containsKey("run_id");
    Object device = event.data().get("device_id");
    return !aboutRun
        && device != null
        && devices.seesDevice(caller, new DeviceId(device.toString()));
  }

  private static void send(ApiAnswer.Sink sink, EventFeed.Event event) {
    if (!sink.send(bytes(event))) {
      throw new IllegalStateException("the listener is too slow or gone");
    }
  }

  private static byte[] bytes(EventFeed.Event event) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("type", event.type());
    envelope.put("id", event.id());
    envelope.put("timestamp", ApiJson.time(event.at()));
    envelope.put("data", event.data());
    String text = "id: %s\nevent: %s\ndata: ".formatted(event.id(), event.type());
    byte[] head = text.getBytes(StandardCharsets.UTF_8);
    byte[] body = ApiJson.bytes(envelope);
    byte[] all = Arrays.copyOf(head, head.length + body.length + 2);
    System.arraycopy(body, 0, all, head.length, body.length);
    all[all.length - 2] = '\n';
    all[all.length - 1] = '\n';
    return all;
  }
}
