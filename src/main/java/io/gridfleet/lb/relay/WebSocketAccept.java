package io.gridfleet.lb.relay;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Computes the answer to the key of a WebSocket handshake (RFC 6455 §4.2.2). */
public final class WebSocketAccept {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketAccept() {}

  /** Returns the {@code Sec-WebSocket-Accept} for this {@code Sec-WebSocket-Key}. */
  public static String of(String key) {
    try {
      // The specification names this digest; nothing secret depends on it.
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-1", impossible);
    }
  }
}
