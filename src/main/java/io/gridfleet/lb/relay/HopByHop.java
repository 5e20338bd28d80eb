package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/** Removes hop-by-hop headers, which concern one connection only (RFC 9110 section 7.6.1). */
final class HopByHop {
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
  private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");

  private HopByHop() {}

  /**
   * Removes the headers of one connection, including those that {@code Connection} names. {@code
   * Transfer-Encoding} is kept: the codec of the other side frames the body by it.
   */
  public static void strip(HttpHeaders headers) {
    if (headers.contains(HttpHeaderNames.CONNECTION)) {
      stripNamed(headers, headers.getAll(HttpHeaderNames.CONNECTION));
      headers.remove(HttpHeaderNames.CONNECTION);
    }
    headers.remove(KEEP_ALIVE);
    headers.remove(PROXY_CONNECTION);
    headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
    headers.remove(HttpHeaderNames.TE);
    headers.remove(HttpHeaderNames.UPGRADE);
    headers.remove(HTTP2_SETTINGS);
  }

  /**
   * Removes from a body's trailers the fields that have a meaning in a head only (RFC 9110 section
   * 6.5.1). Netty's decoder has dropped {@code Content-Length}, {@code Transfer-Encoding} and
   * {@code Trailer}.
   */
  public static void stripTrailers(HttpHeaders trailers) {
    if (!trailers.isEmpty()) {
      strip(trailers);
      trailers.remove(HttpHeaderNames.HOST);
      trailers.remove(HttpHeaderNames.AUTHORIZATION);
      trailers.remove(HttpHeaderNames.COOKIE);
    }
  }

  private static void stripNamed(HttpHeaders headers, List<String> connection) {
    for (String value : connection) {
      // The most frequent value; what it names is removed in any case.
      int from = KEEP_ALIVE.contentEqualsIgnoreCase(value) ? value.length() : 0;
      while (from < value.length()) {
        int comma = value.indexOf(',', from);
        int to = comma < 0 ? value.length() : comma;
        String name = value.substring(from, to).trim();
        if (!name.isEmpty() && !isFraming(name)) {
          headers.remove(name);
        }
        from = to + 1;
      }
    }
  }

  /** Whether a field must not be removed: it determines where a body ends, or the target host. */
  private static boolean isFraming(String name) {
    return HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
        || HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)
        || HttpHeaderNames.HOST.contentEqualsIgnoreCase(name);
  }
}
