package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.relay.RequestSink;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * The sink of a request whose answer is known from its head: a small body is read to its end first,
 * so that the connection stays usable; a large one is answered at once, and the connection is
 * closed in order. Owned by the client's event loop.
 */
final class EarlyAnswer implements RequestSink {
  /** Reading this much costs less than a new connection. */
  static final int MAX_BYTES = 256 * 1024;

  private final ClientExchange front;
  private final FullHttpResponse answer;
  private final boolean atOnce;
  private long bytes;
  private boolean over;

  /**
   * @param atOnce whether the answer doesn't wait for the body
   */
  EarlyAnswer(ClientExchange front, FullHttpResponse answer, boolean atOnce) {
    this.front = front;
    this.answer = answer;
    this.atOnce = atOnce;
  }

  @Override
  public void start() {
    if (atOnce) {
      answer();
    }
  }

  @Override
  public void content(HttpContent part) {
    bytes += part.content().readableBytes();
    part.release();
    if (!over && (part instanceof LastHttpContent || bytes > MAX_BYTES)) {
      answer();
    }
  }

  private void answer() {
    over = true;
    front.whole(answer);
  }

  @Override
  public void clientGone() {
    if (!over) {
      over = true;
      answer.release();
    }
  }

  @Override
  public void timedOut() {
    if (!over) {
      answer();
    }
  }
}
