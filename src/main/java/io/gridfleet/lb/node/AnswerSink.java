package io.gridfleet.lb.node;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;

/** Who takes a node's answer as it arrives. All calls come on the connection's event loop. */
public interface AnswerSink {
  /** An interim answer (100); the final one is still to come. */
  default void interim(HttpResponse head) {}

  /** The status and headers of the answer, 101 included. */
  void answerHead(HttpResponse head);

  /**
   * A part of the body, which the sink releases. A {@link
   * io.netty.handler.codec.http.LastHttpContent} ends the answer: the connection is no longer the
   * sink's when that arrives, unless the answer was 101.
   */
  void answerPart(HttpContent part);

  /** What could be read for now has been delivered; time to flush. */
  default void answerRead() {}

  /** The way to the node is free again, or full. */
  default void nodeWritable(boolean writable) {}

  /** The answer will not come, or not to its end. Nothing follows. */
  void failed(NodeFailure failure);
}
