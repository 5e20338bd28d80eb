package io.gridfleet.lb.router;

import java.util.Map;
import java.util.Set;

/**
 * The commands of WebDriver and its extensions, used to answer a request for an unknown session:
 * the WebDriver specification (section 6.3) matches the command before the session id. Requests for
 * live sessions aren't matched here; their node does that.
 *
 * <p>The lists are wide: a client whose session has ended should receive {@code invalid session id}
 * for every command that any driver has.
 */
final class KnownCommands {
  private static final String SESSION = "/session/";

  /** The methods of commands that are one segment, or none, behind the session id. */
  private static final Map<String, Set<String>> METHODS =
      Map.ofEntries(
          Map.entry("", Set.of("GET", "DELETE")),
          Map.entry("actions", Set.of("POST", "DELETE")),
          Map.entry("back", Set.of("POST")),
          Map.entry("cookie", Set.of("GET", "POST", "DELETE")),
          Map.entry("element", Set.of("POST")),
          Map.entry("elements", Set.of("POST")),
          Map.entry("forward", Set.of("POST")),
          Map.entry("frame", Set.of("POST")),
          Map.entry("print", Set.of("POST")),
          Map.entry("refresh", Set.of("POST")),
          Map.entry("screenshot", Set.of("GET")),
          Map.entry("source", Set.of("GET")),
          Map.entry("timeouts", Set.of("GET", "POST")),
          Map.entry("title", Set.of("GET")),
          Map.entry("url", Set.of("GET", "POST")),
          Map.entry("window", Set.of("GET", "POST", "DELETE")));

  /**
   * First segments of all other commands: W3C's, those of its extensions, vendors' and JSON Wire's.
   */
  private static final Set<String> PREFIXES =
      Set.of(
          "accept_alert",
          "alert",
          "alert_text",
          "appium",
          "application_cache",
          "bluetooth",
          "browser",
          "buttondown",
          "buttonup",
          "cdp",
          "chromium",
          "click",
          "computedpressure",
          "context",
          "contexts",
          "custom-handlers",
          "deviceposture",
          "dismiss_alert",
          "displayfeatures",
          "doubleclick",
          "execute",
          "execute_async",
          "fedcm",
          "file",
          "forwardcache",
          "gesture",
          "goog",
          "gpc",
          "ime",
          "is_loading",
          "keys",
          "local_storage",
          "location",
          "log",
          "modifier",
          "moveto",
          "moz",
          "ms",
          "network",
          "network_conditions",
          "network_connection",
          "orientation",
          "permissions",
          "pressuresource",
          "privacy",
          "protected_audience",
          "protectedaudience",
          "receive_async_response",
          "reporting",
          "rotation",
          "safari",
          "se",
          "secure-payment-confirmation",
          "sensor",
          "session_storage",
          "shadow",
          "storage",
          "storageaccess",
          "time_zone",
          "touch",
          "vibration",
          "virtualsensor",
          "visible",
          "wda",
          "webauthn",
          "window_handle",
          "window_handles");

  /** The classification of a request by this table. */
  enum Match {
    COMMAND,
    UNKNOWN_COMMAND,
    UNKNOWN_METHOD
  }

  private KnownCommands() {}

  /**
   * Matches a request.
   *
   * @param path the path without its base, with its query
   */
  static Match match(String method, String path) {
    int query = path.indexOf('?');
    String plain = query < 0 ? path : path.substring(0, query);
    if (!plain.startsWith(SESSION)) {
      return Match.COMMAND;
    }
    int slash = plain.indexOf('/', SESSION.length());
    String command = slash < 0 ? "" : plain.substring(slash + 1);
    int end = command.indexOf('/');
    boolean one = end < 0 || end == command.length() - 1;
    String first = end < 0 ? command : command.substring(0, end);
    Set<String> methods = METHODS.get(first);
    if (methods != null && one) {
      String matched = method.equals("HEAD") ? "GET" : method;
      return methods.contains(matched) ? Match.COMMAND : Match.UNKNOWN_METHOD;
    }
    boolean known = PREFIXES.contains(first) || (methods != null && !first.isEmpty());
    return known ? Match.COMMAND : Match.UNKNOWN_COMMAND;
  }
}
