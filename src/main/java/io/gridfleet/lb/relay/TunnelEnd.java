package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.ChannelOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One end of a tunnel: writes what its channel reads into the other channel, reads only while the
 * other is writable, and propagates the end of its input as the end of the other's output. Owned by
 * the event loop that both channels share.
 */
final class TunnelEnd extends ChannelInboundHandlerAdapter {
  /** The interval of activity reports; activity is recorded to the second. */
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Tunnel tunnel;

  /** What was read before the other channel was joined; holds references. */
  private final Deque<Object> early = new ArrayDeque<>();

  private @Nullable Channel other;
  private long bytes;
  private long reportedAt = System.nanoTime() - REPORT_NANOS;
  private boolean inputDone;

  TunnelEnd(Tunnel tunnel) {
    this.tunnel = tunnel;
  }

  /**
   * Starts passing bytes. TLS has no half-closed state, so half-closure is enabled only without it.
   */
  void join(Channel own, Channel otherChannel) {
    other = otherChannel;
    if (own.pipeline().get(SslHandler.class) == null
        && otherChannel.pipeline().get(SslHandler.class) == null) {
      own.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
    own.config().setAutoRead(true);
    while (!early.isEmpty()) {
      pass(otherChannel, early.poll());
    }
    otherChannel.flush();
  }

  long bytes() {
    return bytes;
  }

  boolean isInputDone() {
    return inputDone;
  }

  /** Closes the channel after everything that was written to it has been flushed. */
  static void closeAfterWrites(Channel channel) {
    if (channel.isActive()) {
      ChannelOutput.sendLast(channel, Unpooled.EMPTY_BUFFER);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (other == null) {
      early.add(message);
    } else {
      pass(other, message);
      if (!other.isWritable()) {
        context.channel().config().setAutoRead(false);
      }
    }
  }

  private void pass(Channel to, Object message) {
    if (message instanceof ByteBuf part) {
      bytes += part.readableBytes();
      tunnel.passing(this, part);
      ChannelOutput.write(to, part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (other == null) {
      return;
    }
    other.flush();
    long now = System.nanoTime();
    if (now - reportedAt >= REPORT_NANOS) {
      reportedAt = now;
      tunnel.traffic();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (other != null) {
      other.config().setAutoRead(context.channel().isWritable());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputDone = true;
      if (tunnel.bothInputsDone()) {
        tunnel.ended();
      } else if (other instanceof DuplexChannel duplex) {
        ChannelOutput.endOutput(duplex);
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    ChannelOutput.close(context);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    early.forEach(ReferenceCountUtil::release);
    early.clear();
    tunnel.ended();
  }
}
