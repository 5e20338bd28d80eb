package io.gridfleet.lb.router;

import io.gridfleet.lb.http.ChannelOutput;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers into a client's channel. Owned by the connection's event loop.
 *
 * <p>A large answer is written in pieces while the channel is writable, so that a client that
 * doesn't read holds one answer and what fits between the channel's water marks.
 */
final class AnswerWriter {
  private @Nullable ChannelHandlerContext context;
  private @Nullable Runnable unlessDelivered;
  private @Nullable LargeAnswer unwritten;

  void to(ChannelHandlerContext added) {
    context = added;
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  /** Runs the task if the end of the answer, which is written next, doesn't reach the socket. */
  void unlessDelivered(Runnable lost) {
    unlessDelivered = lost;
  }

  /** Writes with a void promise, unless the delivery of the answer's end is observed. */
  void write(Object message) {
    Runnable task = unlessDelivered;
    if (task == null || !(message instanceof LastHttpContent)) {
      ChannelOutput.write(context(), message);
      return;
    }
    unlessDelivered = null;
    context()
        .write(message)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                task.run();
                ChannelOutput.close(context().channel());
              }
            });
  }

  /** Begins an answer whose pieces follow. Takes its reference. */
  void begin(FullHttpResponse large) {
    unwritten = LargeAnswer.of(large);
    write(LargeAnswer.head(large));
  }

  /**
   * Writes pieces until the channel is full or one piece is left.
   *
   * @return the last piece, if it is next; writing it ends the answer. Null otherwise, and while
   *     that piece is being written: its flush can call this again.
   */
  @Nullable HttpContent writePieces() {
    LargeAnswer answer = unwritten;
    if (answer == null) {
      return null;
    }
    while (!answer.hasOnePieceLeft() && context().channel().isWritable()) {
      write(answer.next());
    }
    if (answer.hasOnePieceLeft()) {
      unwritten = null;
      return answer.next();
    }
    return null;
  }

  /** Releases the rest of a large answer; the channel has closed. */
  void release() {
    if (unwritten != null) {
      unwritten.release();
      unwritten = null;
      if (unlessDelivered != null) {
        unlessDelivered.run();
      }
    }
  }
}
