package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunId;
import java.util.List;
import java.util.Map;

/**
 * A request that found its operation.
 *
 * @param path what the template's names stand for, decoded
 */
record Call(ApiRequest request, Map<String, String> path, Query query, Caller caller) {

  String path(String name) {
    return path.getOrDefault(name, "");
  }

  /** The run named in the path; 422 if that is no UUID. */
  RunId run() {
    return new RunId(uuid("id"));
  }

  /** The device named in the path; 422 if that is no UUID. */
  DeviceId device(String name) {
    return new DeviceId(uuid(name));
  }

  private String uuid(String name) {
    String value = path(name);
    return Query.normalUuid(value)
        .orElseThrow(
            () ->
                Problems.one(
                    "uuid_parsing", List.of("path", name), "Input should be a valid UUID", value));
  }

  Body body() {
    return new Body(request.body());
  }
}
