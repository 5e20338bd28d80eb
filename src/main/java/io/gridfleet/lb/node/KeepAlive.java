package io.gridfleet.lb.node;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses a node's limit for idle connections ({@code Keep-Alive: timeout=5}). */
final class KeepAlive {
  private static final AsciiString NAME = AsciiString.cached("keep-alive");
  private static final Pattern TIMEOUT = Pattern.compile("timeout\\s*=\\s*\"?(\\d{1,6})");

  private KeepAlive() {}

  /** Returns this server's limit, or the node's less a margin where that is shorter. */
  static Duration limit(HttpHeaders answer, Duration own, Duration margin) {
    String value = answer.get(NAME);
    Duration timeout = value == null ? null : timeout(value);
    if (timeout == null) {
      return own;
    }
    Duration safe = timeout.compareTo(margin) > 0 ? timeout.minus(margin) : Duration.ZERO;
    return safe.compareTo(own) < 0 ? safe : own;
  }

  private static @Nullable Duration timeout(String value) {
    Matcher matcher = TIMEOUT.matcher(value.toLowerCase(Locale.ROOT));
    return matcher.find() ? Duration.ofSeconds(Long.parseLong(matcher.group(1))) : null;
  }
}
