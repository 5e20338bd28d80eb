package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpAnswers;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Sets the headers of answers that belong to the client's connection, and determines whether it
 * stays open after the current answer. Owned by the connection's event loop.
 *
 * <p>A connection persists if the client's request allows it (RFC 9112 §9.3), the process isn't
 * stopping, and the request was read to its end when the answer began: the rest of a body would
 * have to be read before the next request.
 */
final class AnswerHeaders {
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private boolean keepAlive;
  private boolean draining;
  private @Nullable String page;

  /**
   * Begins a request. One that can't be parsed is answered in the version of the one before, or
   * HTTP/1.1.
   */
  void begin(HttpRequest head) {
    page = null;
    boolean readable = !head.decoderResult().isFailure();
    if (readable) {
      version = head.protocolVersion();
    }
    keepAlive = readable && !draining && HttpAnswers.isKeepAlive(head);
  }

  /** Sets the origin of another server's page that may read the next answer. */
  void answersTo(@Nullable String origin) {
    page = origin;
  }

  /** Whether the client accepts chunks and interim answers. */
  boolean isModern() {
    return version.isKeepAliveDefault();
  }

  boolean keepsConnection() {
    return keepAlive;
  }

  void endConnection() {
    keepAlive = false;
  }

  /** Closes the connection with its next answer. */
  void drain() {
    draining = true;
    keepAlive = false;
  }

  boolean isDraining() {
    return draining;
  }

  /**
   * Sets the headers of an answer whose body follows. For an HTTP/1.0 client, a body of unknown
   * length ends with the connection.
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
