package io.gridfleet.lb.api.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request with its resolved operation.
 *
 * @param path the decoded values of the template's names
 */
public record ApiCall(
    ApiRequest request, Map<String, String> path, QueryParameters query, ApiCaller caller) {

  public String path(String name) {
    return path.getOrDefault(name, "");
  }

  /** Returns the run of the path; fails with 422 if it is no UUID. */
  public RunId run() {
    return new RunId(uuid("id"));
  }

  /** Returns the device of the path; fails with 422 if it is no UUID. */
  public DeviceId device(String name) {
    return new DeviceId(uuid(name));
  }

  private String uuid(String name) {
    String value = path(name);
    return QueryParameters.normalUuid(value)
        .orElseThrow(
            () ->
                ValidationErrors.one(
                    "uuid_parsing", List.of("path", name), "Input should be a valid UUID", value));
  }

  public RequestBody body() {
    return new RequestBody(json());
  }

  /** Returns the body's object; fails with 422 if {@code Content-Type} isn't JSON. */
  public ObjectNode json() {
    Optional<String> type = request.header("content-type").filter(given -> !isJson(given));
    if (type.isPresent() && request.body().length > 0) {
      throw ValidationErrors.one(
          "model_attributes_type",
          List.of("body"),
          "Input should be a valid dictionary or object to extract fields from",
          "Content-Type " + type.get());
    }
    return ApiJson.object(request.body());
  }

  /** A missing type counts as JSON. */
  private static boolean isJson(String header) {
    String type = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.isEmpty() || type.equals("application/json") || type.endsWith("+json");
  }
}
