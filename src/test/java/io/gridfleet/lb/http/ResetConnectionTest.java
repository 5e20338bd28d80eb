package io.gridfleet.lb.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.TestTransport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that resets its connection just after it sent bytes. */
final class ResetConnectionTest {
  /** A channel's first read takes 2 KiB. */
  private static final int SEVERAL_READS = 16 * 1024;

  private final EventLoops loops = TestTransport.oneLoop();
  private final CompletableFuture<Channel> accepted = new CompletableFuture<>();
  private final CompletableFuture<Void> read = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  @AfterEach
  void stop() {
    loops.stop(Duration.ofSeconds(5));
  }

  /** Bytes and reset have both arrived when the event loop looks for what is new. */
  @ParameterizedTest
  @ValueSource(ints = {1, SEVERAL_READS})
  void itsEndIsNoticed(int bytes) throws Exception {
    Channel listener = listener();
    try (Socket peer = new Socket()) {
      peer.connect(listener.localAddress());

      accepted.get(5, TimeUnit.SECONDS).eventLoop().submit(() -> sendAndReset(peer, bytes)).sync();

      assertThat(read).succeedsWithin(5, TimeUnit.SECONDS);
      assertThat(ended).succeedsWithin(5, TimeUnit.SECONDS);
    }
  }

  private static Void sendAndReset(Socket peer, int bytes) throws IOException {
    peer.getOutputStream().write(new byte[bytes]);
    peer.setSoLinger(true, 0);
    peer.close();
    return null;
  }

  private Channel listener() {
    return new ServerBootstrap()
        .group(loops.group())
        .channel(loops.transport().listening())
        .childHandler(new Received())
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .syncUninterruptibly()
        .channel();
  }

  private final class Received extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      accepted.complete(context.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
      read.complete(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended.complete(null);
    }
  }
}
