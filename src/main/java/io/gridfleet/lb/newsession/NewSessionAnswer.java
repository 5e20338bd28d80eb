package io.gridfleet.lb.newsession;

import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Optional;

/**
 * What a new session request is answered.
 *
 * @param status the HTTP status, where nothing has been sent before
 * @param body JSON bytes: ours, or a node's own words
 * @param session the session, where there is one
 * @param lasting whether a repeat of the request reads it again; otherwise the request was never
 *     judged, and a repeat is as good as a first
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and large
public record NewSessionAnswer(
    int status, byte[] body, Optional<Session> session, boolean lasting) {

  private static final int CREATED = 200;

  public static NewSessionAnswer of(WebDriverError error, boolean legacy) {
    return new NewSessionAnswer(error.status(), body(error, legacy), Optional.empty(), true);
  }

  /** Says that it may be otherwise in a moment. */
  public static NewSessionAnswer forNow(WebDriverError error, boolean legacy) {
    return new NewSessionAnswer(error.status(), body(error, legacy), Optional.empty(), false);
  }

  /** The very words of a node, or what was answered before. */
  public static NewSessionAnswer asSaid(int status, byte[] body) {
    return new NewSessionAnswer(status, body, Optional.empty(), true);
  }

  private static byte[] body(WebDriverError error, boolean legacy) {
    return Json.bytes(legacy ? error.bodyWithLegacyStatus() : error.body());
  }

  /** Whether the client reads a session in it, be it one that it was told of before. */
  public boolean created() {
    return status == CREATED;
  }
}
