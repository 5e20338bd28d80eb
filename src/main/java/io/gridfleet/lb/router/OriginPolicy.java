package io.gridfleet.lb.router;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests a browser may send for a page. A page of another origin could start
 * programs on nodes, because a new session names them; clients other than browsers send neither
 * {@code Origin} nor {@code Sec-Fetch-Site}, or the origin of this server.
 */
final class OriginPolicy {
  private static final AsciiString FETCH_SITE = AsciiString.cached("sec-fetch-site");
  private static final AsciiString FETCH_MODE = AsciiString.cached("sec-fetch-mode");
  private static final String ANY = "*";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*");

  /** A browser leaves out the port that its scheme implies, and never sends a path. */
  private static final Pattern ORIGIN =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9+-]*://(?:" + NAME + "|\\[[0-9a-fA-F:.]+])(?::\\d{1,5})?");

  /** Media types that a page can send to another origin without a preflight request. */
  private static final Set<String> SIMPLE_TYPES =
      Set.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data");

  private final Set<String> allowed;
  private final Set<String> hosts;
  private final boolean checksHost;

  /**
   * The {@code Host} header that was accepted last: most requests of a lab have the same one. A
   * {@code String} of another event loop may be seen early or late; either is a header that is
   * known.
   */
  private String lastKnown = "localhost";

  /**
   * @param allowed origins of other servers' pages that may use this one; {@code *} is any
   * @param hosts names by which clients reach this server, beside localhost and its addresses
   * @param open whether the server requires no tokens and is reachable from this machine only
   */
  OriginPolicy(List<String> allowed, List<String> hosts, boolean open) {
    this.allowed = Set.copyOf(allowed.stream().map(OriginPolicy::lower).toList());
    this.hosts = Set.copyOf(hosts.stream().map(OriginPolicy::lower).toList());
    this.checksHost = open || !hosts.isEmpty();
  }

  /** Whether the text can be the name in a {@code Host} header. */
  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Whether the text can be an {@code Origin} header, or is the wildcard. */
  static boolean isOrigin(String text) {
    return text.equals(ANY) || ORIGIN.matcher(text).matches();
  }

  /** Returns a policy without checks of names. */
  static OriginPolicy anyHost() {
    return new OriginPolicy(List.of(), List.of(), false);
  }

  /** Returns why a request is refused by its head; empty if it isn't. */
  Optional<String> refusal(HttpRequest head, Route route) {
    String host = head.headers().get(HttpHeaderNames.HOST, "");
    if (checksHost && !host.isEmpty() && !isHostKnown(host)) {
      return Optional.of(
          "this server isn't known by the name in the Host header; add it to router.hosts");
    }
    String origin = origin(head);
    if (origin != null) {
      return isSame(origin, host) || isAllowed(origin)
          ? Optional.empty()
          : Optional.of(
              "pages of another origin may not use this server; router.allowedOrigins names those"
                  + " that may");
    }
    boolean crossSite = head.headers().containsValue(FETCH_SITE, "cross-site", true);
    return crossSite && !isLinkTo(route, head)
        ? Optional.of("pages of another site may not use this server")
        : Optional.empty();
  }

  /**
   * Returns why a body is refused by its type; a missing type and a missing body are accepted. The
   * API itself refuses other types that aren't JSON.
   */
  static Optional<String> refusedType(HttpRequest head, Route route) {
    boolean hasBody =
        HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    String type = hasBody ? mediaType(head.headers()) : "";
    if (type.isEmpty()) {
      return Optional.empty();
    }
    boolean fits = route instanceof Route.NewSession ? isJson(type) : !SIMPLE_TYPES.contains(type);
    return fits
        ? Optional.empty()
        : Optional.of("the body's Content-Type must be application/json, not " + type);
  }

  private static boolean isJson(String type) {
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static String mediaType(HttpHeaders headers) {
    String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "");
    int end = type.indexOf(';');
    return lower((end < 0 ? type : type.substring(0, end)).strip());
  }

  /** Returns the origin of another server's page that may read answers; null otherwise. */
  @Nullable String readableBy(HttpRequest head) {
    String origin = origin(head);
    return origin != null && isAllowed(origin) ? origin : null;
  }

  /** Allows a page of the origin that {@link #readableBy} returned to read an answer. */
  static void allow(@Nullable String origin, HttpResponse answer) {
    if (origin != null) {
      answer.headers().set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      answer.headers().add(HttpHeaderNames.VARY, "Origin");
    }
  }

  /** Whether a request is a browser's preflight request. */
  static boolean isPreflight(HttpRequest head) {
    return head.method().equals(HttpMethod.OPTIONS)
        && head.headers().contains(HttpHeaderNames.ORIGIN)
        && head.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
  }

  private static @Nullable String origin(HttpRequest head) {
    return head.headers().get(HttpHeaderNames.ORIGIN);
  }

  private boolean isAllowed(String origin) {
    return allowed.contains(lower(origin)) || allowed.contains(ANY);
  }

  private boolean isHostKnown(String host) {
    if (host.equals(lastKnown)) {
      return true;
    }
    boolean known = isKnown(name(host));
    if (known) {
      lastKnown = host;
    }
    return known;
  }

  private boolean isKnown(String name) {
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || NetUtil.isValidIpV4Address(name)
        || NetUtil.isValidIpV6Address(name)
        || hosts.contains(name);
  }

  /** Whether a request follows a link to one of this server's pages: reading it changes nothing. */
  private static boolean isLinkTo(Route route, HttpRequest head) {
    return route instanceof Route.Ui
        && head.headers().containsValue(FETCH_MODE, "navigate", true)
        && (head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD));
  }

  /**
   * Whether a page came from this server. The scheme may be another where a proxy ends TLS: then
   * the ports that both sides leave out differ.
   */
  private static boolean isSame(String origin, String host) {
    try {
      URI page = URI.create(origin);
      URI own = URI.create("http://" + host);
      return page.getHost() != null
          && page.getHost().equalsIgnoreCase(own.getHost())
          && (page.getPort() == own.getPort() || port(page) == port(own));
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
  }

  private static int port(URI uri) {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    return uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
  }

  private static String name(String host) {
    int close = host.indexOf(']');
    if (host.startsWith("[") && close > 0) {
      return lower(host.substring(1, close));
    }
    int colon = host.indexOf(':');
    String name = lower(colon < 0 ? host : host.substring(0, colon));
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
