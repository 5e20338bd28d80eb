package io.gridfleet.lb.api.http;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error that is sent in the envelope of rest.md#errors. */
public final class ApiError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient @Nullable Object details;
  private final transient Map<String, String> headers;

  private ApiError(
      int status,
      String code,
      String message,
      @Nullable Object details,
      Map<String, String> headers) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  public static ApiError of(int status, String message) {
    return new ApiError(status, code(status), message, null, Map.of());
  }

  public static ApiError of(int status, String message, Map<String, ?> details) {
    return new ApiError(status, code(status), message, details, Map.of());
  }

  public static ApiError notFound(String message) {
    return of(404, message);
  }

  /** Returns the error of an invalid request, with one entry for each fault. */
  static ApiError invalid(List<Map<String, Object>> problems) {
    return new ApiError(
        422, code(422), "Request validation failed", List.copyOf(problems), Map.of());
  }

  public ApiError withHeader(String name, String value) {
    return new ApiError(status, code, String.valueOf(getMessage()), details, Map.of(name, value));
  }

  /** Returns whether {@code detail} is sent beside the envelope, for testkits before 0.7. */
  boolean alsoBare() {
    return status == 409 && String.valueOf(getMessage()).contains("is not claimed");
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  @Nullable public Object details() {
    return details;
  }

  Map<String, String> headers() {
    return headers;
  }

  private static String code(int status) {
    return switch (status) {
      case 400, 422 -> "VALIDATION_ERROR";
      case 401 -> "UNAUTHORIZED";
      case 403 -> "FORBIDDEN";
      case 404 -> "NOT_FOUND";
      case 409 -> "CONFLICT";
      case 500 -> "INTERNAL_ERROR";
      case 503 -> "SERVICE_UNAVAILABLE";
      case 504 -> "REQUEST_TIMEOUT";
      default -> "HTTP_ERROR";
    };
  }
}
