package io.gridfleet.lb.auth;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The access rule of every route. A route without an entry can't be served. The table in the
 * documents is checked against this one.
 */
public final class AccessTable {
  public static final String NEW_SESSION = "POST /session";
  public static final String BIDI_SESSION = "GET /session";
  public static final String COMMAND = "* /session/{session}";

  public static final String SESSIONS = "GET /sessions";

  private static final Map<String, Access> ROUTES = new LinkedHashMap<>();

  static {
    put(
        Access.OPEN,
        "GET /",
        "GET /ui",
        "GET /ui/session",
        "POST /ui/sign-in",
        "POST /ui/sign-out",
        "GET /docs",
        "GET /status",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /health/live",
        "GET /health/ready",
        "GET /api/health",
        "GET /api/auth/session");
    put(Access.CREATE, NEW_SESSION, BIDI_SESSION);
    put(Access.COMMAND, COMMAND, SESSIONS, "GET /appium/sessions");
    put(
        Access.READ,
        "GET /api/openapi.json",
        "GET /api/availability",
        "GET /api/driver-packs/catalog",
        "GET /api/events",
        "GET /api/grid/queue",
        "GET /api/grid/status",
        "GET /api/overview",
        "GET /api/usage",
        "GET /api/queue",
        "GET /api/requests",
        "GET /api/requests/{id}",
        "GET /api/selector/explain",
        "POST /api/selector/explain",
        "GET /api/devices",
        "GET /api/devices/{id}",
        "GET /api/devices/{id}/health",
        "GET /api/devices/{id}/history",
        "GET /api/devices/by-connection-target/{target}",
        "GET /api/runs",
        "GET /api/runs/{id}",
        "GET /api/sessions",
        "GET /api/sessions/{sid}");
    put(
        Access.READ_SECRETS,
        "GET /api/devices/{id}/capabilities",
        "GET /api/devices/{id}/config",
        "GET /api/devices/{id}/test_data");
    put(
        Access.USE,
        "PUT /api/devices/{id}/test_data",
        "PATCH /api/devices/{id}/test_data",
        "POST /api/runs",
        "POST /api/runs/{id}/active",
        "POST /api/runs/{id}/cancel",
        "POST /api/runs/{id}/claim",
        "POST /api/runs/{id}/complete",
        "POST /api/runs/{id}/devices/{device}/cooldown",
        "POST /api/runs/{id}/devices/{device}/preparation-failed",
        "POST /api/runs/{id}/devices/{device}/release-with-cooldown",
        "POST /api/runs/{id}/heartbeat",
        "POST /api/runs/{id}/ready",
        "POST /api/runs/{id}/release",
        "POST /api/sessions",
        "PATCH /api/sessions/{sid}/status",
        "POST /api/sessions/{sid}/finished",
        "POST /api/sessions/{sid}/kill");
    put(
        Access.OPERATE,
        "PATCH /api/devices/{id}",
        "POST /api/devices/{id}/lock",
        "POST /api/devices/{id}/unlock",
        "POST /api/devices/{id}/maintenance",
        "POST /api/devices/{id}/maintenance/exit",
        "POST /api/usage/what-if",
        "DELETE /api/queue/{request}",
        "POST /api/runs/{id}/force-release");
  }

  private AccessTable() {}

  private static void put(Access access, String... routes) {
    for (String route : routes) {
      ROUTES.put(route, access);
    }
  }

  /** Returns all routes, as {@code METHOD /path/with/{names}}. */
  public static Map<String, Access> routes() {
    return Collections.unmodifiableMap(ROUTES);
  }

  /**
   * Returns the access rule of a route.
   *
   * @throws IllegalArgumentException if the route has no entry
   */
  public static Access of(String route) {
    Access access = ROUTES.get(route);
    if (access == null) {
      throw new IllegalArgumentException("no entry in the access table: " + route);
    }
    return access;
  }
}
