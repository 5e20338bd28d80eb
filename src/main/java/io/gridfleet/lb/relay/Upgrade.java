package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The request to switch the connection to another protocol. */
final class Upgrade {
  private Upgrade() {}

  /**
   * Whether a tunnel is requested. Selenium's Java client offers h2c on its first request;
   * answering in HTTP/1.1 declines the offer.
   */
  static boolean isRequested(HttpHeaders headers) {
    return protocol(headers) != null
        && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true);
  }

  /** Returns the protocol to request from the node; null if none is forwarded. */
  static @Nullable String protocol(HttpHeaders headers) {
    String requested = headers.get(HttpHeaderNames.UPGRADE);
    if (requested == null) {
      return null;
    }
    String lower = requested.toLowerCase(Locale.ROOT);
    boolean declined = lower.contains("h2c") || lower.contains("http/") || lower.contains("tls/");
    return declined || lower.isBlank() ? null : requested;
  }
}
