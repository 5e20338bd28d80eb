package io.gridfleet.lb.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Writes and closes whose future no handler needs, by one rule: a write that fails closes its
 * channel, and the end of a channel reaches its handlers as {@code channelInactive}, which gives
 * back what they hold. So nothing can happen in such a future that isn't an event as well. On the
 * channel's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // see the rule above
public final class ChannelOutput {
  private static final long LAST_WRITES_SECONDS = 2;

  private ChannelOutput() {}

  /**
   * Writes without an object for the result: a failure is fired as {@code exceptionCaught}, for
   * which every handler at the end of a pipeline closes the channel. Not for pipelines with TLS or
   * WebSocket codecs, which need a promise.
   */
  public static void write(ChannelOutboundInvoker to, Object message) {
    to.write(message, to.voidPromise());
  }

  /** Writes a message; a failure closes the channel. */
  public static void writeOrClose(ChannelOutboundInvoker to, Object message) {
    to.write(message).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  /** Writes and flushes a message; a failure closes the channel. */
  public static void send(ChannelOutboundInvoker to, Object message) {
    to.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  /** Writes and flushes the last message of a channel, and closes it, written or not. */
  public static void sendLast(ChannelOutboundInvoker to, Object message) {
    to.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
  }

  /** Flushes what is written and shuts the output down; the input is still read. */
  public static void endOutput(DuplexChannel channel) {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> channel.shutdownOutput());
  }

  /**
   * Closes a channel once everything is written that was passed to it, at the latest after {@link
   * #LAST_WRITES_SECONDS}, for a peer that doesn't read. With io_uring a write is carried out after
   * the flush, and the next one after that, so that {@link #close} would cancel them.
   */
  public static void closeAfterWrites(Channel channel) {
    sendLast(channel, Unpooled.EMPTY_BUFFER);
    if (channel.isOpen()) {
      Future<?> last =
          channel.eventLoop().schedule(() -> close(channel), LAST_WRITES_SECONDS, TimeUnit.SECONDS);
      channel.closeFuture().addListener(closed -> last.cancel(false));
    }
  }

  /** Closes a channel at once; writes that are not carried out fail. */
  public static void close(ChannelOutboundInvoker channel) {
    channel.close();
  }
}
