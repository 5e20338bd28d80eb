package io.gridfleet.lb.router;

import io.gridfleet.lb.webdriver.SessionId;
import org.jspecify.annotations.Nullable;

/** What a request line asks for. */
public sealed interface Route {

  /**
   * What stood before the WebDriver path.
   *
   * @param token of {@code /v0/{token}}; secret, never logged
   * @param run the id of {@code /run/{id}}
   */
  record Base(@Nullable String token, @Nullable String run) {
    static final Base ROOT = new Base(null, null);

    @Override
    public String toString() {
      return "Base[token=" + (token == null ? "none" : "***") + ", run=" + run + "]";
    }
  }

  /** {@code POST /session}. */
  record NewSession(Base base) implements Route {}

  /** A WebSocket at {@code /session}, on which a BiDi-only session will be asked for. */
  record BidiSession(Base base) implements Route {}

  /**
   * Anything under a session id.
   *
   * @param base what stood before
   * @param path base taken off, with its query
   * @param ends whether it is Delete Session
   */
  record Command(Base base, SessionId session, String path, boolean ends) implements Route {}

  /**
   * {@code GET /sessions} and {@code GET /appium/sessions}, under any base.
   *
   * @param appium whether it is Appium's
   */
  record Sessions(Base base, boolean appium) implements Route {}

  /** {@code GET /status}, under any base. */
  record Status(Base base) implements Route {}

  /** {@code GET /healthz}: the process lives. */
  record Health() implements Route {}

  /** {@code GET /readyz}: a new session could be served. */
  record Ready() implements Route {}

  /** {@code GET /metrics}. */
  record Metrics() implements Route {}

  /** {@code /api/…} and {@code /health/…}, any method. */
  record Api(String path) implements Route {}

  /** {@code GET /}, {@code /ui…} and {@code /docs…}: pages for people. */
  record Ui(String path) implements Route {}

  /**
   * A session path whose id can't be one.
   *
   * @param path base taken off, with its query
   */
  record NoSession(String path) implements Route {}

  /** A path that is none of ours. */
  record Unknown() implements Route {}

  /** A path of ours with a method that it doesn't have. */
  record WrongMethod() implements Route {}

  /** A path that could be read in two ways. */
  record Ambiguous() implements Route {}
}
