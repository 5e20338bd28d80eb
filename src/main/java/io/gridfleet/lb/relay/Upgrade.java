package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The wish to speak another protocol on this connection. */
final class Upgrade {
  private Upgrade() {}

  /**
   * Whether a tunnel is asked for. Selenium's Java client offers h2c on its first request: an offer
   * that is declined by answering in HTTP/1.1.
   */
  static boolean isAsked(HttpHeaders headers) {
    return protocol(headers) != null
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  /** The protocol to ask the node for; null if there is none that we pass on. */
  static @Nullable String protocol(HttpHeaders headers) {
    String asked = headers.get(HttpHeaderNames.UPGRADE);
    if (asked == null) {
      return null;
    }
    String lower = asked.toLowerCase(Locale.ROOT);
    boolean declined = lower.contains("h2c") || lower.contains("http/") || lower.contains("tls/");
    return declined || lower.isBlank() ? null : asked;
  }
}
