package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.distributor.explain.FittingDevices;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON forms of a waiting request (rest.md#queue). */
public final class QueueRow {
  private QueueRow() {}

  /** Returns the members that GridFleet has. */
  static Map<String, @Nullable Object> grid(QueueView.Waiting waiting) {
    return grid(waiting, waiting.reason().get());
  }

  private static Map<String, @Nullable Object> grid(
      QueueView.Waiting waiting, QueueView.Reason reason) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("id", waiting.request());
    row.put("position", waiting.position());
    row.put("age_sec", waiting.age().toMillis() / 1000.0);
    row.put("priority", waiting.asker().priority());
    row.put("tenant", waiting.asker().tenant());
    row.put("selector", waiting.subject().get().selector());
    row.put("waits_for", reason.waitsFor());
    return row;
  }

  /** Returns all members. */
  public static Map<String, @Nullable Object> of(QueueView.Waiting waiting) {
    QueueView.Reason reason = waiting.reason().get();
    QueueView.Labels labels = waiting.subject().get().labels();
    FittingDevices fitting = reason.fitting();
    Map<String, @Nullable Object> row = grid(waiting, reason);
    row.put("request_id", waiting.request());
    row.put("run_id", labels.run().orElse(null));
    row.put("test_name", labels.testName().orElse(null));
    row.put("client", labels.client());
    row.put("replica", waiting.asker().replica());
    row.put("devices_total", fitting.total());
    row.put("devices", fitting.examples().stream().map(QueueRow::device).toList());
    row.put("hindered_by", fitting.hindrances().stream().map(QueueRow::hindrance).toList());
    row.put("ahead_same", reason.aheadSame());
    row.put("estimate", estimate(reason.estimate()));
    return row;
  }

  private static Map<String, Object> device(Verdict verdict) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", verdict.device().id().value());
    row.put("name", verdict.device().name());
    row.put("inhibitors", verdict.inhibitors().stream().map(QueueRow::inhibitor).toList());
    return row;
  }

  private static Map<String, @Nullable Object> inhibitor(Inhibitor inhibitor) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("kind", inhibitor.kind().code());
    row.put("text", inhibitor.text());
    row.put("until", ApiJson.time(inhibitor.until()));
    return row;
  }

  private static Map<String, @Nullable Object> hindrance(FittingDevices.Hindrance hindrance) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("kind", hindrance.kind());
    row.put("text", hindrance.text());
    row.put("devices", hindrance.devices());
    row.put("until", ApiJson.time(hindrance.until()));
    return row;
  }

  private static Map<String, Object> estimate(WaitEstimate estimate) {
    Map<String, Object> row = new LinkedHashMap<>();
    if (estimate instanceof WaitEstimate.Range range) {
      row.put("known", true);
      row.put("from_sec", range.from().toSeconds());
      row.put("to_sec", range.to().toSeconds());
    } else if (estimate instanceof WaitEstimate.Unknown unknown) {
      row.put("known", false);
      row.put("why", unknown.why());
    }
    return row;
  }
}
