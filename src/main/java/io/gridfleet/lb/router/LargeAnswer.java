package io.gridfleet.lb.router;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** A whole answer that is written in pieces while the client reads. Owned by its event loop. */
final class LargeAnswer {
  /** Small compared to the channel's water marks. */
  private static final int PIECE = 64 * 1024;

  private final ByteBuf rest;

  private LargeAnswer(ByteBuf rest) {
    this.rest = rest;
  }

  static boolean isLarge(FullHttpResponse answer) {
    return answer.content().readableBytes() > PIECE;
  }

  /** Takes the answer's reference. */
  static LargeAnswer of(FullHttpResponse answer) {
    return new LargeAnswer(answer.content());
  }

  static HttpResponse head(FullHttpResponse answer) {
    return new DefaultHttpResponse(answer.protocolVersion(), answer.status(), answer.headers());
  }

  boolean hasOnePieceLeft() {
    return rest.readableBytes() <= PIECE;
  }

  /** Returns the next piece; the reference passes to the last one. */
  HttpContent next() {
    return hasOnePieceLeft()
        ? new DefaultLastHttpContent(rest)
        : new DefaultHttpContent(rest.readRetainedSlice(PIECE));
  }

  void release() {
    rest.release();
  }
}
