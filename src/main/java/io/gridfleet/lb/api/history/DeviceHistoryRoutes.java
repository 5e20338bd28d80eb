package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.TimeCursor;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What happened to a device. */
public final class DeviceHistoryRoutes {
  private static final int MAX_PAGE = 500;
  private static final int PAGE = 50;

  private final DeviceHistory history;
  private final DeviceRows devices;

  public DeviceHistoryRoutes(DeviceHistory history, DeviceRows devices) {
    this.history = history;
    this.devices = devices;
  }

  public List<Operation> operations() {
    return List.of(
        Operation.get(
                "/api/devices/{id}/history",
                "Lists a device's sessions, failures and times out of service",
                this::history)
            .query("from", "to", "limit", "cursor")
            .answers(200, "DeviceHistory")
            .refuses(404, 422));
  }

  private CompletionStage<ApiAnswer> history(ApiCall call) {
    DeviceId device = call.device("id");
    int limit = call.query().number("limit", 1, MAX_PAGE).orElse(PAGE);
    DeviceHistory.Filter filter =
        new DeviceHistory.Filter(
            device, call.caller().only(), call.query().time("from"), call.query().time("to"));
    Optional<DeviceHistory.Cursor> after =
        call.query()
            .opaque("cursor", TimeCursor::parse)
            .map(last -> new DeviceHistory.Cursor(last.time(), last.id()));
    call.query().check();
    if (!devices.seesDevice(call.caller(), device)) {
      throw ApiError.notFound("Device %s was not found".formatted(device));
    }
    return history.page(filter, after, limit).thenApply(DeviceHistoryRoutes::answer);
  }

  private static ApiAnswer answer(DeviceHistory.Page page) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("items", page.periods().stream().map(DeviceHistoryRoutes::row).toList());
    body.put("next_cursor", page.next().map(DeviceHistoryRoutes::text).orElse(null));
    return ApiAnswers.ok(body);
  }

  private static Map<String, @Nullable Object> row(DevicePeriod period) {
    DevicePeriod.Who who = period.labels().who();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("kind", period.kind().code());
    row.put("began_at", ApiJson.time(period.began()));
    row.put("ended_at", ApiJson.time(period.ended()));
    row.put("until", ApiJson.time(period.until()));
    row.put("session_id", who.session().orElse(null));
    row.put("request_id", who.request().orElse(null));
    row.put("run_id", who.run().orElse(null));
    row.put("tenant", who.tenant().orElse(null));
    row.put("cause", period.labels().cause());
    row.put("text", period.labels().text());
    row.put("began_by", period.labels().by().began().orElse(null));
    row.put("ended_by", period.labels().by().ended().orElse(null));
    return row;
  }

  private static String text(DeviceHistory.Cursor last) {
    return new TimeCursor(last.began(), last.id()).text();
  }
}
