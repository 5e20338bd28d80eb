package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.handler.codec.http.FullHttpResponse;

/** WebDriver errors as whole HTTP answers. */
public final class ErrorAnswers {
  /** Not in W3C's table of statuses; HTTP's status for a body that doesn't arrive. */
  private static final int REQUEST_TIMEOUT = 408;

  private ErrorAnswers() {}

  public static FullHttpResponse of(WebDriverError error) {
    return HttpAnswers.whole(error.status(), HttpAnswers.JSON, Json.bytes(error.body()));
  }

  public static FullHttpResponse bodyPaused() {
    return of(
        WebDriverError.of(ErrorCode.TIMEOUT, "the rest of the request's body didn't arrive")
            .withStatus(REQUEST_TIMEOUT));
  }

  /** The answer to a request that a defect in the program has ended. */
  public static FullHttpResponse failed() {
    return of(WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "the request failed here; see the log"));
  }
}
