package io.gridfleet.lb.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import java.util.concurrent.CompletableFuture;

/** One tunnel: sends the next message when the previous one has returned. Confined to its event loop. */
final class EchoCaller extends SimpleChannelInboundHandler<BinaryWebSocketFrame> {
  private final CompletableFuture<EchoCaller> opened = new CompletableFuture<>();
  private Channel channel;
  private Lapses lapses;
  private ByteBuf message = Unpooled.EMPTY_BUFFER;
  private long sent;
  private boolean calling;

  CompletableFuture<EchoCaller> opened() {
    return opened;
  }

  Channel channel() {
    return channel;
  }

  void begin(Lapses counted, int bytes) {
    channel
        .eventLoop()
        .execute(
            () -> {
              lapses = counted;
              message = Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes).writeZero(bytes));
              calling = true;
              call();
            });
  }

  void end() {
    channel.eventLoop().execute(() -> calling = false);
  }

  private void call() {
    sent = System.nanoTime();
    channel.writeAndFlush(new BinaryWebSocketFrame(message.duplicate()));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, BinaryWebSocketFrame frame) {
    lapses.add(System.nanoTime() - sent);
    if (calling) {
      call();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
      channel = context.channel();
      opened.complete(this);
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    opened.completeExceptionally(cause);
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    opened.completeExceptionally(new IllegalStateException("closed"));
    context.fireChannelInactive();
  }
}
