package io.gridfleet.lb.relay;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;

/** Rewrites the head of a node's answer into the one that the client receives. */
final class AnswerHead {
  static final int SWITCHING = 101;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private AnswerHead() {}

  /**
   * Frames the answer. A body delimited by the node's close is sent in chunks, so that the client's
   * connection persists.
   */
  static void frame(HttpResponse answer, HttpMethod request) {
    HttpHeaders headers = answer.headers();
    HopByHop.strip(headers);
    if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && hasBody(answer.status().code(), request)) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
  }

  private static boolean hasBody(int status, HttpMethod request) {
    return status != NO_CONTENT && status != NOT_MODIFIED && !request.equals(HttpMethod.HEAD);
  }

  /** Frames the answer to a handshake, whose upgrade headers are hop-by-hop. */
  static void frameSwitching(HttpResponse answer) {
    String protocol = Upgrade.protocol(answer.headers());
    HopByHop.strip(answer.headers());
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    answer.headers().set(HttpHeaderNames.UPGRADE, protocol == null ? "websocket" : protocol);
  }
}
