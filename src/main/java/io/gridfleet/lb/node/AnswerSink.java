package io.gridfleet.lb.node;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** The consumer of a node's answer as it arrives. All calls on the connection's event loop. */
public interface AnswerSink {
  /** Receives an interim answer (100); the final one follows. */
  default void interim(HttpResponse head) {}

  /** Receives the status and headers of the answer, 101 included. */
  void answerHead(HttpResponse head);

  /**
   * Receives a part of the body, which the sink releases. A {@link
   * io.netty.handler.codec.http.LastHttpContent} ends the answer: the connection has been returned
   * to its pool or closed before that call, unless the answer was 101.
   */
  void answerPart(HttpContent part);

  /** The node's socket has been read empty: flush now. */
  default void answerRead() {}

  /** The node's channel became writable or unwritable. */
  default void nodeWritable(boolean writable) {}

  /** The answer failed or ended early. No call follows. */
  void failed(NodeFailure failure);
}
