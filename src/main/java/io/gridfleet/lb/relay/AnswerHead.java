package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.HopByHop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;

/** A node's answer head turned into the one the client gets. */
final class AnswerHead {
  static final int SWITCHING = 101;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private AnswerHead() {}

  /** A body that ends with the node's connection gets chunks, so that the client's can stay. */
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

  /** The answer to a handshake, whose headers of the upgrade are hop-by-hop. */
  static void frameSwitching(HttpResponse answer) {
    String protocol = Upgrade.protocol(answer.headers());
    HopByHop.strip(answer.headers());
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    answer.headers().set(HttpHeaderNames.UPGRADE, protocol == null ? "websocket" : protocol);
  }
}
