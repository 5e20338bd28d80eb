package io.gridfleet.lb.api.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.api.http.ApiAnswer;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiCall;
import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.api.http.ValidationErrors;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.run.ChangeOverride;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Routes of the test data that suites store with a device (rest.md#test-data). */
public final class TestDataRoutes {
  /** GridFleet's bound on the serialised object, in bytes. */
  private static final int MAX_BYTES = 65_536;

  private final DeviceRows rows;
  private final ChangeOverride overrides;
  private final Consumer<DeviceId> listener;

  /**
   * @param listener receives the device whose test data was written
   */
  public TestDataRoutes(DeviceRows rows, ChangeOverride overrides, Consumer<DeviceId> listener) {
    this.rows = rows;
    this.overrides = overrides;
    this.listener = listener;
  }

  public List<Operation> operations() {
    String path = "/api/devices/{id}/test_data";
    return List.of(
        Operation.get(path, "Returns a device's test data", this::read)
            .answers(200, "Object")
            .refuses(404, 422),
        Operation.of("PUT", path, "Replaces a device's test data", this::replace)
            .body("Object")
            .answers(200, "Object")
            .refuses(404, 422),
        Operation.of("PATCH", path, "Merges into a device's test data", this::merge)
            .body("Object")
            .answers(200, "Object")
            .refuses(404, 422));
  }

  private CompletionStage<ApiAnswer> read(ApiCall call) {
    return ApiAnswers.now(rows.get(call.device("id"), call.caller()).state().override().testData());
  }

  private CompletionStage<ApiAnswer> replace(ApiCall call) {
    ObjectNode given = call.json();
    return write(call, was -> bounded(given));
  }

  private CompletionStage<ApiAnswer> merge(ApiCall call) {
    ObjectNode given = call.json();
    return write(
        call,
        was -> {
          ObjectNode target = (ObjectNode) ApiJson.tree(was);
          merge(target, given);
          return bounded(target);
        });
  }

  private CompletionStage<ApiAnswer> write(
      ApiCall call, UnaryOperator<Map<String, Object>> change) {
    DeviceRow row = rows.get(call.device("id"), call.caller());
    DeviceId device = row.state().device().id();
    if (row.heldByOthers()) {
      throw ApiError.of(403, "Device %s is in use by another tenant".formatted(device));
    }
    return overrides
        .testData(device, change)
        .thenApply(
            (DeviceOverride now) -> {
              listener.accept(device);
              return ApiAnswers.ok(now.testData());
            });
  }

  /** Merges objects deeply and replaces everything else; null is a value. */
  private static void merge(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> member : patch.properties()) {
      JsonNode there = target.get(member.getKey());
      if (there instanceof ObjectNode object && member.getValue() instanceof ObjectNode inner) {
        merge(object, inner);
      } else {
        target.set(member.getKey(), member.getValue());
      }
    }
  }

  private static Map<String, Object> bounded(ObjectNode data) {
    if (ApiJson.bytes(data).length > MAX_BYTES) {
      throw ValidationErrors.one(
          "value_error",
          List.of("body"),
          "Value error, test data must be at most %d bytes".formatted(MAX_BYTES),
          null);
    }
    return ApiJson.map(data);
  }
}
