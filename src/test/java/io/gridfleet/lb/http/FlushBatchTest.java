package io.gridfleet.lb.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Peers that have all sent a byte when the event loop looks, and receive answers of some bytes. */
final class FlushBatchTest {
  private static final int PEERS = FlushBatch.MAX_CHANNELS + 3;

  private final EventLoopGroup loop = Transport.EPOLL.loops("loop", 1);
  private final CountDownLatch accepted = new CountDownLatch(PEERS);
  private final Queue<String> events = new ConcurrentLinkedQueue<>();
  private final List<Socket> peers = new ArrayList<>();
  private final Answering handler = new Answering();
  private volatile int answerBytes = 1;

  @BeforeEach
  void connect() throws Exception {
    Channel listener =
        new ServerBootstrap()
            .group(loop)
            .channel(Transport.EPOLL.listening())
            .childHandler(handler)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    for (int i = 0; i < PEERS; i++) {
      Socket peer = new Socket(address.getAddress(), address.getPort());
      peer.setSoTimeout(10_000);
      peers.add(peer);
    }
    assertThat(accepted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    for (Socket peer : peers) {
      peer.close();
    }
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void shortAnswersAreFlushedTogetherAndAtMostSoMany() throws Exception {
    askAtOnce();

    List<String> expected = new ArrayList<>(Collections.nCopies(FlushBatch.MAX_CHANNELS, "read"));
    expected.addAll(Collections.nCopies(FlushBatch.MAX_CHANNELS, "flush"));
    expected.addAll(Collections.nCopies(PEERS - FlushBatch.MAX_CHANNELS, "read"));
    expected.addAll(Collections.nCopies(PEERS - FlushBatch.MAX_CHANNELS, "flush"));
    assertThat(events).containsExactlyElementsOf(expected);
  }

  @Test
  void longAnswersAreFlushedOneByOne() throws Exception {
    answerBytes = FlushBatch.MAX_BYTES + 1;

    askAtOnce();

    assertThat(events).startsWith("read", "flush", "read", "flush").hasSize(2 * PEERS);
  }

  @Test
  void whatATaskOfTheLoopWritesIsFlushedAtOnce() throws Exception {
    ChannelHandlerContext one = handler.contexts.peek();
    Channel channel = one.channel();

    Long pending =
        loop.next()
            .submit(
                () -> {
                  ChannelOutput.write(channel, Unpooled.wrappedBuffer(new byte[1]));
                  FlushBatch.flush(channel);
                  return channel.unsafe().outboundBuffer().totalPendingWriteBytes();
                })
            .get(10, TimeUnit.SECONDS);

    assertThat(pending).isZero();
  }

  private void askAtOnce() throws Exception {
    loop.next()
        .submit(
            () -> {
              for (Socket peer : peers) {
                peer.getOutputStream().write('x');
              }
              return null;
            })
        .get(10, TimeUnit.SECONDS);
    for (Socket peer : peers) {
      assertThat(peer.getInputStream().readNBytes(answerBytes)).hasSize(answerBytes);
    }
  }

  @Sharable
  private final class Answering extends ChannelDuplexHandler {
    final Queue<ChannelHandlerContext> contexts = new ConcurrentLinkedQueue<>();

    @Override
    public void channelActive(ChannelHandlerContext context) {
      contexts.add(context);
      accepted.countDown();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ((ByteBuf) message).release();
      events.add("read");
      ChannelOutput.write(context, Unpooled.wrappedBuffer(new byte[answerBytes]));
      FlushBatch.flush(context.channel());
    }

    @Override
    public void flush(ChannelHandlerContext context) {
      events.add("flush");
      context.flush();
    }
  }
}
