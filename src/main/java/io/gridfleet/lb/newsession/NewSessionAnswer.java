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
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and large
public record NewSessionAnswer(int status, byte[] body, Optional<Session> session) {

  private static final int CREATED = 200;

  static NewSessionAnswer of(WebDriverError error, boolean legacy) {
    byte[] body = Json.bytes(legacy ? error.bodyWithLegacyStatus() : error.body());
    return new NewSessionAnswer(error.status(), body, Optional.empty());
  }

  /** Whether the client reads a session in it, be it one that it was told of before. */
  public boolean created() {
    return status == CREATED;
  }
}
