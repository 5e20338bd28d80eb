package io.gridfleet.lb.api.session;

import io.gridfleet.lb.api.device.DeviceQuery;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.RequestBody;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.TextBound;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body of {@code POST /sessions} (rest.md#sessions); its {@code run_id} is validated, then
 * ignored.
 *
 * @param details the remaining members, as sent
 */
record SessionBody(
    String session,
    Optional<String> testName,
    Outcome outcome,
    Optional<DeviceId> device,
    Optional<String> connectionTarget,
    Map<String, Object> details) {

  /** GridFleet's bound on the serialised capabilities, in bytes. */
  private static final int MAX_CAPABILITY_BYTES = 32 * 1024;

  private static final Map<String, TextBound> SHORT_DETAILS =
      Map.of(
          "requested_pack_id", TextBound.PACK_OR_PLATFORM,
          "requested_platform_id", TextBound.PACK_OR_PLATFORM,
          "error_type", TextBound.ERROR_TYPE,
          "error_message", TextBound.ERROR_MESSAGE);

  private static final Set<String> MEMBERS =
      Set.of(
          "session_id",
          "test_name",
          "device_id",
          "connection_target",
          "status",
          "requested_pack_id",
          "requested_platform_id",
          "requested_device_type",
          "requested_connection_type",
          "requested_capabilities",
          "error_type",
          "error_message",
          "run_id");

  static SessionBody read(RequestBody body) {
    body.only(MEMBERS);
    String session = body.text("session_id", TextBound.SESSION_ID);
    Outcome outcome =
        body.oneOf("status", SessionRoutes.OUTCOMES)
            .map(word -> Outcome.valueOf(word.toUpperCase(Locale.ROOT)))
            .orElse(Outcome.RUNNING);
    Optional<DeviceId> device = body.uuid("device_id").map(DeviceId::new);
    body.uuid("run_id");
    SessionBody read =
        new SessionBody(
            session,
            body.optionalText("test_name", TextBound.TEST_NAME),
            outcome,
            device,
            body.optionalText("connection_target", TextBound.CONNECTION_TARGET),
            details(body));
    body.check();
    return read;
  }

  private static Map<String, Object> details(RequestBody body) {
    Map<String, Object> details = new LinkedHashMap<>();
    SHORT_DETAILS.forEach(
        (name, bound) ->
            body.optionalText(name, bound).ifPresent(value -> details.put(name, value)));
    body.oneOf("requested_device_type", Set.of("real_device", "emulator", "simulator"))
        .ifPresent(value -> details.put("requested_device_type", value));
    body.oneOf("requested_connection_type", DeviceQuery.CONNECTION_TYPES)
        .ifPresent(value -> details.put("requested_connection_type", value));
    body.anything("requested_capabilities")
        .ifPresent(
            value -> {
              if (ApiJson.bytes(value).length > MAX_CAPABILITY_BYTES) {
                body.fault("requested_capabilities must be at most 32 KiB");
              }
              details.put("requested_capabilities", value);
            });
    return details;
  }

  boolean namesDevice() {
    return device.isPresent() || connectionTarget.isPresent();
  }
}
