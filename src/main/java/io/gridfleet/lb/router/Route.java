package io.gridfleet.lb.router;

import io.gridfleet.lb.webdriver.SessionId;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * The route of a request line: a command of a session, an endpoint of this server, or a refusal.
 */
public sealed interface Route {

  /** A route that an endpoint answers. */
  sealed interface Served extends Route {
    Endpoint endpoint(Endpoints endpoints);

    /** Whether the endpoint reads the body of a request with this method. */
    default boolean readsBody(HttpMethod method) {
      return false;
    }
  }

  /** A route that isn't served. */
  sealed interface Refused extends Route {
    FullHttpResponse answer(HttpRequest head);
  }

  /**
   * The prefix of a WebDriver path.
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
  record NewSession(Base base) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.newSession();
    }

    @Override
    public boolean readsBody(HttpMethod method) {
      return true;
    }
  }

  /** A WebSocket at {@code /session}, on which a BiDi-only session will be requested. */
  record BidiSession(Base base) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.newSession();
    }
  }

  /**
   * A path under a session id.
   *
   * @param base the prefix
   * @param path the path without its base, with its query
   * @param ends whether it is Delete Session
   */
  record Command(Base base, SessionId session, String path, boolean ends) implements Route {}

  /**
   * {@code GET /sessions} and {@code GET /appium/sessions}, under any base.
   *
   * @param appium whether it is Appium's
   */
  record Sessions(Base base, boolean appium) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.sessions();
    }
  }

  /** {@code GET /status}, under any base. */
  record Status(Base base) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.status();
    }
  }

  /** {@code GET /healthz}: liveness of the process. */
  record Health() implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.health();
    }
  }

  /** {@code GET /readyz}: readiness for new sessions. */
  record Ready() implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.ready();
    }
  }

  /** {@code GET /metrics}. */
  record Metrics() implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.metrics();
    }
  }

  /** {@code /api/…} and {@code /health/…}, any method. */
  record Api(String path) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.api();
    }

    @Override
    public boolean readsBody(HttpMethod method) {
      return !method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD);
    }
  }

  /** {@code GET /}, {@code /ui…} and {@code /docs…}: the web pages, and signing in to them. */
  record Ui(String path) implements Served {
    @Override
    public Endpoint endpoint(Endpoints endpoints) {
      return endpoints.ui();
    }
  }

  /**
   * A session path whose id isn't valid.
   *
   * @param path the path without its base, with its query
   */
  record NoSession(String path) implements Refused {
    @Override
    public FullHttpResponse answer(HttpRequest head) {
      return FrontErrors.ofUnknownSession(head.method().name(), path);
    }
  }

  /** A path that this server doesn't have. */
  record Unknown() implements Refused {
    @Override
    public FullHttpResponse answer(HttpRequest head) {
      return FrontErrors.unknownCommand(head.method().name(), head.uri());
    }
  }

  /** A known path with a method that it doesn't have. */
  record WrongMethod() implements Refused {
    @Override
    public FullHttpResponse answer(HttpRequest head) {
      return FrontErrors.wrongMethod(head.method().name(), head.uri());
    }
  }

  /** A path that could be read in two ways. */
  record Ambiguous() implements Refused {
    @Override
    public FullHttpResponse answer(HttpRequest head) {
      return FrontErrors.ambiguousPath();
    }
  }
}
