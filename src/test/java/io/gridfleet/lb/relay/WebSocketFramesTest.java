package io.gridfleet.lb.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Frames are read up to any point of the stream, and the rest passes to a tunnel as bytes. */
final class WebSocketFramesTest {
  private static final int MAX = 70_000;

  private final List<String> read = new ArrayList<>();
  private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
  private WebSocketFrames frames = frames(Integer.MAX_VALUE);
  private final EmbeddedChannel channel = new EmbeddedChannel(frames);

  /** Stops after so many messages. */
  private WebSocketFrames frames(int stopAfter) {
    return new WebSocketFrames(
        true,
        MAX,
        new SimpleChannelInboundHandler<WebSocketFrame>() {
          @Override
          protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            read.add(frame.content().toString(US_ASCII));
            if (read.size() == stopAfter) {
              frames.stop();
            }
          }
        });
  }

  private static byte[] bytes(WebSocketFrame... sent) {
    EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (WebSocketFrame frame : sent) {
      encoder.writeOutbound(frame);
    }
    for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
      out.writeBytes(ByteBufUtil.getBytes(part));
      part.release();
    }
    encoder.finishAndReleaseAll();
    return out.toByteArray();
  }

  private void receive(EmbeddedChannel to, byte[] bytes) {
    to.writeInbound(Unpooled.copiedBuffer(bytes));
  }

  private boolean leave(EmbeddedChannel from, WebSocketFrames codec) {
    from.pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext context, Object message) {
                passed.writeBytes(ByteBufUtil.getBytes((ByteBuf) message));
                ((ByteBuf) message).release();
              }
            });
    return codec.removeFrom(from);
  }

  @Property(tries = 300)
  void whatIsNotReadPassesWhole(
      @ForAll @Size(min = 1, max = 5) List<@IntRange(max = MAX) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 5) int stopAfter,
      @ForAll @IntRange(min = 1, max = 100_000) int piece) {
    List<String> texts = lengths.stream().map(length -> "x".repeat(length)).toList();
    int stop = Math.min(stopAfter, texts.size());
    read.clear();
    passed.reset();
    frames = frames(stop);
    EmbeddedChannel to = new EmbeddedChannel(frames);
    byte[] before =
        bytes(
            texts.subList(0, stop).stream()
                .map(TextWebSocketFrame::new)
                .toArray(WebSocketFrame[]::new));
    byte[] after =
        bytes(
            texts.subList(stop, texts.size()).stream()
                .map(TextWebSocketFrame::new)
                .toArray(WebSocketFrame[]::new));
    byte[] all = Arrays.copyOf(before, before.length + after.length);
    System.arraycopy(after, 0, all, before.length, after.length);
    for (int at = 0; at < all.length; at += piece) {
      receive(to, Arrays.copyOfRange(all, at, Math.min(all.length, at + piece)));
    }

    assertThat(leave(to, frames)).isTrue();
    assertThat(read).isEqualTo(texts.subList(0, stop));
    assertThat(passed.toByteArray()).isEqualTo(after);
    to.finishAndReleaseAll();
  }

  @Test
  void aMessageInFragmentsIsReadWholeAndNotLeftInItsMiddle() {
    byte[] first = bytes(new TextWebSocketFrame(false, 0, "a"));
    byte[] control = bytes(new PingWebSocketFrame());
    byte[] last = bytes(new ContinuationWebSocketFrame(true, 0, "b"));
    receive(channel, first);
    receive(channel, control);
    assertThat(leave(channel, frames)).isFalse();
    receive(channel, last);
    assertThat(read).containsExactly("", "ab");
    channel.finishAndReleaseAll();
  }
}
