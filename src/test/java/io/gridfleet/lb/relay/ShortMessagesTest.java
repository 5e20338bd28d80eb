package io.gridfleet.lb.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Short text messages are emitted however a stream of frames is fragmented and split. */
final class ShortMessagesTest {
  private final List<String> read = new ArrayList<>();
  private boolean wanted = true;
  private final ShortMessages messages = reader(read);

  private ShortMessages reader(List<String> to) {
    return new ShortMessages(() -> wanted, message -> to.add(new String(message, US_ASCII)));
  }

  /**
   * A message.
   *
   * @param fragments the lengths of its parts
   * @param pings whether a ping follows each part
   */
  record Sent(boolean text, List<Integer> fragments, boolean pings) {
    private List<WebSocketFrame> frames() {
      List<WebSocketFrame> frames = new ArrayList<>();
      for (int i = 0; i < fragments.size(); i++) {
        boolean last = i == fragments.size() - 1;
        ByteBuf content = payload(i);
        frames.add(
            i > 0
                ? new ContinuationWebSocketFrame(last, 0, content)
                : text
                    ? new TextWebSocketFrame(last, 0, content)
                    : new BinaryWebSocketFrame(last, 0, content));
        if (pings) {
          frames.add(new PingWebSocketFrame(Unpooled.copiedBuffer("ping", US_ASCII)));
        }
      }
      return frames;
    }

    private ByteBuf payload(int fragment) {
      String letter = Character.toString('a' + fragment);
      return Unpooled.copiedBuffer(letter.repeat(fragments.get(fragment)), US_ASCII);
    }

    private String whole() {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < fragments.size(); i++) {
        all.append(payload(i).toString(US_ASCII));
      }
      return all.toString();
    }

    private boolean isShortText() {
      return text && whole().length() <= ShortMessages.MAX_BYTES;
    }
  }

  @Provide
  Arbitrary<Sent> messagesOfAllLengths() {
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(0, 200)),
            Tuple.of(2, Arbitraries.integers().between(1000, 1100)),
            Tuple.of(1, Arbitraries.of(125, 126, 65_535, 65_536)));
    return Combinators.combine(
            Arbitraries.of(true, true, false),
            length.list().ofMinSize(1).ofMaxSize(4),
            Arbitraries.of(true, false))
        .as(Sent::new);
  }

  private static ByteBuf bytes(boolean masked, List<WebSocketFrame> frames) {
    EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(masked));
    ByteBuf all = Unpooled.buffer();
    frames.forEach(encoder::writeOutbound);
    for (ByteBuf part = encoder.readOutbound(); part != null; part = encoder.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    encoder.finishAndReleaseAll();
    return all;
  }

  @Property(tries = 300)
  void everyShortTextComesOutAndNothingElse(
      @ForAll @Size(max = 6) List<@From("messagesOfAllLengths") Sent> sent,
      @ForAll boolean masked,
      @ForAll @IntRange(min = 1, max = 3000) int cut) {
    List<String> out = new ArrayList<>();
    ShortMessages fresh = reader(out);
    ByteBuf stream =
        bytes(masked, sent.stream().flatMap(message -> message.frames().stream()).toList());
    while (stream.isReadable()) {
      ByteBuf part = stream.readSlice(Math.min(cut, stream.readableBytes()));
      fresh.read(part);
      assertThat(part.readerIndex()).isZero();
    }
    assertThat(out).isEqualTo(sent.stream().filter(Sent::isShortText).map(Sent::whole).toList());
    assertThat(fresh.isBetweenFrames()).isTrue();
  }

  @Test
  void whatIsCompressedOrNotWantedIsSkipped() {
    messages.read(bytes(true, List.of(new TextWebSocketFrame(true, 4, "compressed"))));
    wanted = false;
    messages.read(bytes(true, List.of(new TextWebSocketFrame("not wanted"))));
    wanted = true;
    messages.read(bytes(true, List.of(new TextWebSocketFrame("wanted"))));
    assertThat(read).containsExactly("wanted");
  }

  @Test
  void aLengthThatIsNoneEndsTheReading() {
    ByteBuf wrong = Unpooled.buffer().writeByte(0x81).writeByte(127).writeLong(-1);
    messages.read(wrong);
    messages.read(bytes(false, List.of(new TextWebSocketFrame("after it"))));
    assertThat(read).isEmpty();
    assertThat(messages.isBetweenFrames()).isFalse();
  }

  @Test
  void nothingFollowsAClose() {
    messages.read(bytes(false, List.of(new CloseWebSocketFrame(1000, "done"))));
    assertThat(messages.isBetweenFrames()).isFalse();
    messages.read(bytes(false, List.of(new TextWebSocketFrame("after it"))));
    assertThat(read).isEmpty();
  }

  @Test
  void insideAFrameIsNotBetweenFrames() {
    ByteBuf frame = bytes(false, List.of(new TextWebSocketFrame("text")));
    for (int i = 0; i < frame.writerIndex(); i++) {
      assertThat(messages.isBetweenFrames()).isEqualTo(i == 0);
      messages.read(frame.slice(i, 1));
    }
    assertThat(messages.isBetweenFrames()).isTrue();
  }
}
