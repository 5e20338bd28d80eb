package io.gridfleet.lb.api.run;

import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.run.RunException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Maps a {@link RunException} to the API's error (rest.md#errors). */
public final class RunErrors {
  private RunErrors() {}

  public static ApiError of(RunException refused) {
    String message = String.valueOf(refused.getMessage());
    return switch (refused.kind()) {
      case UNKNOWN_RUN, UNKNOWN_DEVICE -> ApiError.notFound(message);
      case ILLEGAL_TRANSITION -> ApiError.of(409, message, refused.details());
      case TERMINAL, NOT_RESERVED, SHORTAGE, TTL_TOO_LONG, BLANK, NOT_CLAIMED ->
          ApiError.of(409, message);
      case COOLDOWN_TOO_LONG -> ApiError.of(422, message);
      case PLATFORM -> ApiError.of(422, message, refused.details());
      case NOTHING_CLAIMABLE -> ApiError.of(409, message, claimDetails(refused));
    };
  }

  private static Map<String, Object> claimDetails(RunException refused) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("message", String.valueOf(refused.getMessage()));
    details.put("error", "no_claimable_devices");
    Object next = refused.details().get("next_available_at");
    details.put("next_available_at", next instanceof Instant at ? ApiJson.time(at) : ApiJson.NULL);
    return details;
  }

  /** Returns a mapping by which an unknown run or device is 409 in place of 404. */
  static <T> Function<Throwable, T> unknownIsConflict() {
    return failure -> {
      Throwable cause = Failures.cause(failure);
      if (cause instanceof RunException refused
          && (refused.kind() == RunException.Kind.UNKNOWN_RUN
              || refused.kind() == RunException.Kind.UNKNOWN_DEVICE)) {
        throw ApiError.of(409, String.valueOf(refused.getMessage()));
      }
      throw Failures.unchecked(cause);
    };
  }
}
