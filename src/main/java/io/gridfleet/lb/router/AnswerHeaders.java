package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpAnswers;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * The headers of answers that belong to the client's connection, and whether it stays open after
 * the current answer. Owned by the connection's event loop.
 *
 * <p>A connection stays if the client wants it (RFC 9112 §9.3), the process isn't stopping, and the
 * request was read to its end when the answer began: what is left of a body would have to be read
 * before the next request.
 */
final class AnswerHeaders {
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private boolean keepAlive;
  private boolean draining;
  private @Nullable String page;

  /** A request has begun. One that can't be read is answered as HTTP/1.1, as the one before. */
  void begin(HttpRequest head) {
    page = null;
    boolean readable = !head.decoderResult().isFailure();
    if (readable) {
      version = head.protocolVersion();
    }
    keepAlive = readable && !draining && HttpAnswers.wantsKeepAlive(head);
  }

  /** The origin of another server's page that may read the next answer. */
  void answersTo(@Nullable String origin) {
    page = origin;
  }

  /** The client takes chunks and interim answers. */
  boolean isModern() {
    return version.isKeepAliveDefault();
  }

  boolean keepsConnection() {
    return keepAlive;
  }

  void endConnection() {
    keepAlive = false;
  }

  /** Each connection ends with its next answer. */
  void drain() {
    draining = true;
    keepAlive = false;
  }

  boolean isDraining() {
    return draining;
  }

  /**
   * Of an answer whose body follows. A body of unknown length ends with an old client's connection.
   */
  void ofStreamed(HttpResponse head, boolean requestComplete) {
    keepAlive = keepAlive && requestComplete;
    if (!isModern()) {
      HttpUtil.setTransferEncodingChunked(head, false);
      keepAlive = keepAlive && head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
    }
    set(head);
  }

  void ofWhole(HttpResponse answer, boolean requestComplete) {
    keepAlive = keepAlive && requestComplete;
    set(answer);
  }

  private void set(HttpResponse answer) {
    HttpAnswers.keepAlive(answer, version, keepAlive);
    OriginPolicy.allow(page, answer);
  }
}
