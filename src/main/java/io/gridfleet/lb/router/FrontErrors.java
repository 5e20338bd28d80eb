package io.gridfleet.lb.router;

import io.gridfleet.lb.auth.Tokens;
import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** The answers to requests that can't be served. */
final class FrontErrors {
  private static final int UNAUTHORIZED = 401;
  private static final int PAYLOAD_TOO_LARGE = 413;
  private static final int NOT_IMPLEMENTED = 501;
  private static final int HEADERS_TOO_LARGE = 431;
  private static final int UNAVAILABLE = 503;
  private static final int FORBIDDEN = 403;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;
  private static final int PREFLIGHT_SECONDS = 600;
  private static final int RETRY_AFTER_SECONDS = 5;

  private FrontErrors() {}

  static FullHttpResponse unknownCommand(String method, String target) {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_COMMAND, "no such command: " + method + " " + shown(target)));
  }

  static FullHttpResponse wrongMethod(String method, String target) {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_METHOD, shown(target) + " doesn't take the method " + method));
  }

  /** Errors in the order of the specification's checks: command, method, session. */
  static FullHttpResponse ofUnknownSession(String method, String path) {
    return switch (KnownCommands.match(method, path)) {
      case COMMAND -> unknownSession();
      case UNKNOWN_COMMAND -> unknownCommand(method, path);
      case UNKNOWN_METHOD -> wrongMethod(method, path);
    };
  }

  private static FullHttpResponse unknownSession() {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.INVALID_SESSION_ID, "no such session here: it never was, or it has ended"));
  }

  /** The answer to a command without a sufficient token: the same for every session. */
  static FullHttpResponse notAdmitted(WebDriverError refusal) {
    FullHttpResponse answer =
        ErrorAnswers.of(
            WebDriverError.of(ErrorCode.INVALID_SESSION_ID, refusal.message())
                .withStatus(refusal.status()));
    if (refusal.status() == UNAUTHORIZED) {
      answer.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, Tokens.CHALLENGE);
    }
    return answer;
  }

  static FullHttpResponse lookupFailed() {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_ERROR,
            "the session can't be looked up now: the store doesn't answer"));
  }

  static FullHttpResponse ambiguousPath() {
    return ErrorAnswers.of(
        WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the path has a segment of dots"));
  }

  static FullHttpResponse bodyTooLarge(int most) {
    return ErrorAnswers.of(
        WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the body is larger than " + most + " bytes")
            .withStatus(PAYLOAD_TOO_LARGE));
  }

  /** The memory budget of bodies is exhausted; a later try may succeed. */
  static FullHttpResponse noMemory(Route route) {
    String why = "this server holds as many bytes of requests as it may; try again";
    FullHttpResponse answer =
        route instanceof Route.Api
            ? api(UNAVAILABLE, "SERVICE_UNAVAILABLE", why)
            : ErrorAnswers.of(
                WebDriverError.of(ErrorCode.SESSION_NOT_CREATED, why).withStatus(UNAVAILABLE));
    answer.headers().set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
    return answer;
  }

  /** The answer to a request that its page may not send. */
  static FullHttpResponse forbidden(Route route, String why) {
    return route instanceof Route.Api
        ? api(FORBIDDEN, "FORBIDDEN", why)
        : ErrorAnswers.of(
            WebDriverError.of(code(route), "Forbidden: " + why).withStatus(FORBIDDEN));
  }

  private static ErrorCode code(Route route) {
    return route instanceof Route.NewSession
        ? ErrorCode.SESSION_NOT_CREATED
        : ErrorCode.UNKNOWN_ERROR;
  }

  static FullHttpResponse wrongType(Route route, String why) {
    return route instanceof Route.Api
        ? api(UNSUPPORTED_MEDIA_TYPE, "HTTP_ERROR", why)
        : ErrorAnswers.of(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, why));
  }

  /** Allows a page to send the request; the request itself is authorized when it arrives. */
  static FullHttpResponse preflight() {
    FullHttpResponse answer =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NO_CONTENT);
    HttpHeaders headers = answer.headers();
    headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE");
    headers.set(
        HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS,
        "authorization, content-type, x-request-id, x-idempotency-key, last-event-id");
    headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    return answer;
  }

  /** An error in the GridFleet API's envelope. */
  static FullHttpResponse api(int status, String code, String message) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", code);
    error.put("message", message);
    error.put("request_id", UUID.randomUUID().toString());
    return HttpAnswers.whole(status, HttpAnswers.JSON, Json.bytes(Map.of("error", error)));
  }

  static FullHttpResponse badRequest(String what) {
    return ErrorAnswers.of(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, what));
  }

  static FullHttpResponse methodNotImplemented() {
    return ErrorAnswers.of(
        WebDriverError.of(ErrorCode.UNKNOWN_METHOD, "this method is not implemented here")
            .withStatus(NOT_IMPLEMENTED));
  }

  /** The answer to {@code OPTIONS *}. */
  static FullHttpResponse options() {
    FullHttpResponse answer = HttpAnswers.whole(200, HttpAnswers.TEXT, new byte[0]);
    answer.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return answer;
  }

  /** The answer to input that the decoder couldn't parse. */
  static FullHttpResponse unreadable(Throwable cause) {
    boolean tooLong =
        cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
    return tooLong
        ? ErrorAnswers.of(
            WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the request's headers are too large")
                .withStatus(HEADERS_TOO_LARGE))
        : ErrorAnswers.of(
            WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the request is not valid HTTP/1.1"));
  }

  /** Returns a target without its possibly secret parts: the token of a base, and the query. */
  private static String shown(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return path.replaceAll("(?i)/v0/[^/]+", "/v0/…");
  }
}
