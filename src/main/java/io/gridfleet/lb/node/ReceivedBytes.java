package io.gridfleet.lb.node;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Counts the bytes that the pipeline of a channel has received; its first handler. */
final class ReceivedBytes extends ChannelInboundHandlerAdapter {
  private long bytes;

  /** On the channel's event loop. */
  long bytes() {
    return bytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    bytes += ((ByteBuf) message).readableBytes();
    context.fireChannelRead(message);
  }
}
