package io.gridfleet.lb.router;

import io.gridfleet.lb.auth.Tokens;
import io.gridfleet.lb.http.Answers;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** The answers to what can't be served. */
final class FrontErrors {
  private static final int UNAUTHORIZED = 401;
  private static final int PAYLOAD_TOO_LARGE = 413;
  private static final int HEADERS_TOO_LARGE = 431;

  private FrontErrors() {}

  static FullHttpResponse of(WebDriverError error) {
    return Answers.whole(error.status(), Answers.JSON, Json.bytes(error.body()));
  }

  static FullHttpResponse unknownCommand(String method, String target) {
    return of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_COMMAND, "no such command: " + method + " " + shown(target)));
  }

  static FullHttpResponse wrongMethod(String method, String target) {
    return of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_METHOD, shown(target) + " doesn't take the method " + method));
  }

  static FullHttpResponse unknownSession() {
    return of(
        WebDriverError.of(
            ErrorCode.INVALID_SESSION_ID, "no such session here: it never was, or it has ended"));
  }

  /** A command without a token that may send commands: the same whatever the session. */
  static FullHttpResponse notAdmitted(WebDriverError refusal) {
    FullHttpResponse answer =
        of(
            WebDriverError.of(ErrorCode.INVALID_SESSION_ID, refusal.message())
                .withStatus(refusal.status()));
    if (refusal.status() == UNAUTHORIZED) {
      answer.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, Tokens.CHALLENGE);
    }
    return answer;
  }

  static FullHttpResponse lookupFailed() {
    return of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_ERROR,
            "the session can't be looked up now: the store doesn't answer"));
  }

  static FullHttpResponse ambiguousPath() {
    return of(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the path has a segment of dots"));
  }

  static FullHttpResponse failed() {
    return of(WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "the request failed here; see the log"));
  }

  static FullHttpResponse bodyPaused() {
    return of(
        WebDriverError.of(ErrorCode.TIMEOUT, "the rest of the request's body didn't arrive")
            .withStatus(408));
  }

  static FullHttpResponse bodyTooLarge(int most) {
    return of(
        WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the body is larger than " + most + " bytes")
            .withStatus(PAYLOAD_TOO_LARGE));
  }

  /** What the decoder could not read. */
  static FullHttpResponse unreadable(Throwable cause) {
    boolean tooLong =
        cause instanceof TooLongHttpHeaderException || cause instanceof TooLongHttpLineException;
    return tooLong
        ? of(
            WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the request's headers are too large")
                .withStatus(HEADERS_TOO_LARGE))
        : of(WebDriverError.of(ErrorCode.INVALID_ARGUMENT, "the request is not valid HTTP/1.1"));
  }

  /** A target without what may be secret in it: the token of a base, and the query. */
  private static String shown(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return path.replaceAll("/v0/[^/]+", "/v0/…");
  }
}
