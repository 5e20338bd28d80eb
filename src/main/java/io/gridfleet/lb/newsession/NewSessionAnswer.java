package io.gridfleet.lb.newsession;

import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.util.Optional;

/**
 * The answer to a new session request.
 *
 * @param status the HTTP status, unless a response has been started before
 * @param body JSON bytes, of this server or forwarded from a node
 * @param session the session, if one was created
 * @param lasting whether repeats of the request receive it again; otherwise a repeat is processed
 *     anew
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, and large
public record NewSessionAnswer(
    int status, byte[] body, Optional<Session> session, boolean lasting) {

  private static final int CREATED = 200;

  public static NewSessionAnswer of(WebDriverError error, boolean legacy) {
    return new NewSessionAnswer(error.status(), body(error, legacy), Optional.empty(), true);
  }

  /** Returns a transient error, after which a repeat is processed anew. */
  public static NewSessionAnswer forNow(WebDriverError error, boolean legacy) {
    return new NewSessionAnswer(error.status(), body(error, legacy), Optional.empty(), false);
  }

  /** Returns the unchanged answer of a node, or an earlier answer. */
  public static NewSessionAnswer asReceived(int status, byte[] body) {
    return new NewSessionAnswer(status, body, Optional.empty(), true);
  }

  private static byte[] body(WebDriverError error, boolean legacy) {
    return Json.bytes(legacy ? error.bodyWithLegacyStatus() : error.body());
  }

  /** Returns whether it contains a session, new or replayed. */
  public boolean created() {
    return status == CREATED;
  }
}
