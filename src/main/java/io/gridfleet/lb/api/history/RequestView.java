package io.gridfleet.lb.api.history;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of requests in the API's terms (rest.md#requests). */
final class RequestView {
  private RequestView() {}

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static Map<String, @Nullable Object> row(RequestRow row) {
    RequestRow.Result result = row.result();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.id());
    view.put("arrived_at", ApiJson.time(row.arrived()));
    view.put("ended_at", ApiJson.time(row.ended()));
    view.put("tenant", row.asker().tenant());
    view.put("run_id", row.asker().run().orElse(null));
    view.put("test_name", row.asker().testName().orElse(null));
    view.put("client", row.asker().client());
    view.put("selector", row.selector());
    view.put("outcome", word(row.outcome()));
    view.put("session_id", result.session().orElse(null));
    view.put("device_id", result.device().map(device -> device.id().value()).orElse(null));
    view.put("device_name", result.device().map(NamedDevice::name).orElse(null));
    view.put("attempts", result.attempts());
    view.put("waited_ms", row.times().waited().toMillis());
    view.put("total_ms", row.times().total().map(Duration::toMillis).orElse(null));
    view.put("own_ms", row.times().own().map(Duration::toMillis).orElse(null));
    view.put("error", result.error().orElse(null));
    view.put("replica", row.servedBy().name());
    return view;
  }

  static Map<String, @Nullable Object> detail(RequestRecord record) {
    RequestRecord.Asked asked = record.asked();
    Map<String, @Nullable Object> view = row(record.row());
    Map<String, @Nullable Object> asks = new LinkedHashMap<>();
    asks.put("selector", asked.selector().orElse(null));
    asks.put("first_match", asked.firstMatch());
    asks.put("wait_ms", asked.patience().toMillis());
    asks.put("priority", asked.priority());
    view.put("asked", asks);
    view.put(
        "steps", record.steps().stream().map(step -> step(step, record.row().arrived())).toList());
    view.put("steps_omitted", record.omitted());
    return view;
  }

  private static Map<String, @Nullable Object> step(RequestStep step, Instant arrived) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("at", ApiJson.time(step.at()));
    view.put("after_ms", millis(Duration.between(arrived, step.at())));
    view.put("step", word(step.kind()));
    view.put("device_id", step.device().map(device -> device.id().value()).orElse(null));
    view.put("device_name", step.device().map(NamedDevice::name).orElse(null));
    view.put("outcome", step.outcome().orElse(null));
    view.put("cause", step.cause().orElse(null));
    view.put("node_text", step.nodeText().orElse(null));
    view.put("took_ms", step.took().map(RequestView::millis).orElse(null));
    return view;
  }

  /** With a fraction: the server's own steps take less than one. */
  private static double millis(Duration duration) {
    long micros = duration.toNanos() / 1_000;
    return micros / 1_000.0;
  }
}
