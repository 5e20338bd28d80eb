package io.gridfleet.lb.router;

import io.gridfleet.lb.router.Route.Base;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The table of all URLs. Paths are compared without decoding: a path that would have to be decoded
 * to match doesn't match.
 */
public final class RouteTable {
  private static final String SESSION = "/session";
  private static final String HUB = "/wd/hub";
  private static final String TOKEN = "/v0/";
  private static final String RUN = "/run/";

  /** Prefixes of paths whose next segment is a session id. */
  private static final String[] WITH_SESSION = {"/session/", "/bidi/", "/ws/session/"};

  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /**
   * A segment that is {@code .} or {@code ..}, in any spelling, with or without a slash inside or a
   * path parameter behind.
   */
  private static final Pattern DOTS =
      Pattern.compile("(?i)(?:/|%2f|\\\\|%5c)(?:\\.|%2e){1,2}(?:$|/|;|%3b|%2f|\\\\|%5c)");

  private RouteTable() {}

  /**
   * Returns the route of a request line.
   *
   * @param requested origin form, absolute form or {@code *}
   * @param last the session of the connection's last command: reused instead of creating an equal
   *     one
   */
  public static Route find(String method, String requested, @Nullable SessionId last) {
    String target = requested.startsWith("/") ? requested : withoutOrigin(requested);
    if (!target.startsWith("/")) {
      return new Route.Unknown();
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    if (hasDots(path)) {
      return new Route.Ambiguous();
    }
    if (path.startsWith(SESSION)) {
      return webDriver(method, target, path, Base.ROOT, last);
    }
    Prefix prefix = Prefix.of(path);
    if (prefix == null) {
      return new Route.Unknown();
    }
    int from = prefix.length();
    return from == 0
        ? own(method, target, path, last)
        : webDriver(method, target.substring(from), path.substring(from), prefix.base(), last);
  }

  private static Route own(String method, String target, String path, @Nullable SessionId last) {
    return switch (path) {
      case "/healthz" -> reading(method, new Route.Health());
      case "/readyz" -> reading(method, new Route.Ready());
      case "/metrics" -> reading(method, new Route.Metrics());
      case "/", "/ui", "/docs" -> reading(method, new Route.Ui(target));
      case "/ui/sign-in", "/ui/sign-out" ->
          method.equals("POST") ? new Route.Ui(target) : new Route.WrongMethod();
      case "/api" -> new Route.Api(target);
      default -> {
        if (path.startsWith("/api/") || path.startsWith("/health/")) {
          yield new Route.Api(target);
        }
        yield path.startsWith("/ui/") || path.startsWith("/docs/")
            ? reading(method, new Route.Ui(target))
            : webDriver(method, target, path, Base.ROOT, last);
      }
    };
  }

  private static Route webDriver(
      String method, String target, String path, Base base, @Nullable SessionId last) {
    for (String before : WITH_SESSION) {
      if (path.length() > before.length() && path.startsWith(before)) {
        return command(method, target, path, before.length(), base, last);
      }
    }
    return switch (path) {
      case SESSION, SESSION + "/" ->
          method.equals("POST") ? new Route.NewSession(base) : new Route.WrongMethod();
      case "/sessions", "/sessions/" -> reading(method, new Route.Sessions(base, false));
      case "/appium/sessions", "/appium/sessions/" ->
          reading(method, new Route.Sessions(base, true));
      case "/status", "/status/" -> reading(method, new Route.Status(base));
      default -> new Route.Unknown();
    };
  }

  private static Route command(
      String method, String target, String path, int idStart, Base base, @Nullable SessionId last) {
    int slash = path.indexOf('/', idStart);
    int idEnd = slash < 0 ? path.length() : slash;
    SessionId id = session(path, idStart, idEnd, last);
    if (id == null) {
      return new Route.NoSession(target);
    }
    if (method.equals("CONNECT")) {
      return new Route.WrongMethod();
    }
    boolean whole = idEnd >= path.length() - 1 && path.startsWith(SESSION);
    return new Route.Command(base, id, target, whole && method.equals("DELETE"));
  }

  private static @Nullable SessionId session(
      String path, int start, int end, @Nullable SessionId last) {
    if (last != null
        && last.value().length() == end - start
        && path.startsWith(last.value(), start)) {
      return last;
    }
    return SessionId.parse(path.substring(start, end)).orElse(null);
  }

  private static Route reading(String method, Route route) {
    return method.equals("GET") || method.equals("HEAD") ? route : new Route.WrongMethod();
  }

  /** Returns the path of an absolute form; {@code *} and any other form is returned unchanged. */
  private static String withoutOrigin(String target) {
    int scheme = target.indexOf("://");
    if (scheme < 0) {
      return target;
    }
    int end = scheme + 3;
    while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
      end++;
    }
    String rest = target.substring(end);
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  private static boolean hasDots(String path) {
    return (path.indexOf("/.") >= 0 || path.indexOf('%') >= 0 || path.indexOf('\\') >= 0)
        && DOTS.matcher(path).find();
  }

  /** The prefix of a WebDriver path, and its length. */
  private record Prefix(Base base, int length) {

    /** Returns null for an incomplete or invalid prefix, such as a run that is no UUID. */
    static @Nullable Prefix of(String path) {
      int at = 0;
      Optional<String> token = Optional.empty();
      Optional<String> run = Optional.empty();
      if (path.startsWith(TOKEN)) {
        token = segment(path, TOKEN.length());
        if (token.isEmpty()) {
          return null;
        }
        at = TOKEN.length() + token.get().length();
      }
      if (path.startsWith(RUN, at)) {
        run = segment(path, at + RUN.length()).filter(id -> UUID.matcher(id).matches());
        if (run.isEmpty()) {
          return null;
        }
        at += RUN.length() + run.get().length();
      }
      if (path.startsWith(HUB + "/", at)) {
        at += HUB.length();
      }
      return new Prefix(new Base(token.orElse(null), run.orElse(null)), at);
    }

    private static Optional<String> segment(String path, int from) {
      int slash = path.indexOf('/', from);
      int end = slash < 0 ? path.length() : slash;
      return end > from ? Optional.of(path.substring(from, end)) : Optional.empty();
    }
  }
}
