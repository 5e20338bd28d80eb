package io.gridfleet.lb.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A head and the end of its body become one buffer of the same bytes. */
final class HeadWithBodyTest {
  private static final int[] STATUS = {100, 101, 200, 200, 200, 204, 205, 304, 404, 500};

  /** One message as it passes a pipeline: a head, parts, an end; some of them flushed. */
  private record Exchange(HttpMessage head, List<byte[]> parts, byte[] end, int flushed, int seed) {
    static Exchange random(int seed) {
      Random random = new Random(seed);
      List<byte[]> parts = new ArrayList<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        parts.add(bytes(random));
      }
      byte[] end = bytes(random);
      HttpMessage head = head(random);
      boolean framed = random.nextBoolean();
      if (framed) {
        int length = end.length + parts.stream().mapToInt(part -> part.length).sum();
        head.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
      } else if (random.nextBoolean()) {
        head.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      }
      return new Exchange(head, parts, end, random.nextInt(4) - 1, seed);
    }

    private static HttpMessage head(Random random) {
      HttpMessage head =
          random.nextBoolean()
              ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/session/s/url?a=b")
              : new DefaultHttpResponse(
                  HttpVersion.HTTP_1_1,
                  HttpResponseStatus.valueOf(STATUS[random.nextInt(STATUS.length)]));
      for (int i = random.nextInt(6); i > 0; i--) {
        head.headers().add("x-" + random.nextInt(4), "v".repeat(random.nextInt(200)));
      }
      return head;
    }

    private static byte[] bytes(Random random) {
      byte[] bytes = new byte[random.nextInt(3) == 0 ? 0 : random.nextInt(3000)];
      random.nextBytes(bytes);
      return bytes;
    }

    /** Writes the exchange and returns what leaves the channel. */
    byte[] through(ChannelHandler... handlers) {
      EmbeddedChannel channel = new EmbeddedChannel(handlers);
      ChannelOutput.write(channel, copy(head));
      flush(channel, 0);
      for (int i = 0; i < parts.size(); i++) {
        ChannelOutput.write(channel, new DefaultHttpContent(Unpooled.copiedBuffer(parts.get(i))));
        flush(channel, i + 1);
      }
      LastHttpContent last = new DefaultLastHttpContent(Unpooled.copiedBuffer(end));
      if (seed % 5 == 0) {
        last.trailingHeaders().set("x-trailer", "t");
      }
      ChannelOutput.write(channel, last);
      channel.flush();
      ByteBuf all = Unpooled.buffer();
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        all.writeBytes(out);
        out.release();
      }
      channel.finishAndReleaseAll();
      assertThat(last.refCnt()).isEqualTo(end.length == 0 ? 1 : 0); // an empty buffer isn't counted
      byte[] written = new byte[all.readableBytes()];
      all.readBytes(written);
      return written;
    }

    private void flush(EmbeddedChannel channel, int after) {
      if (flushed == after) {
        channel.flush();
      }
    }

    /** The encoder changes headers, so that each way gets a head of its own. */
    private static HttpMessage copy(HttpMessage head) {
      HttpMessage copy =
          head instanceof DefaultHttpRequest request
              ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), request.uri())
              : new DefaultHttpResponse(
                  HttpVersion.HTTP_1_1, ((DefaultHttpResponse) head).status());
      copy.headers().set(head.headers());
      return copy;
    }

    ChannelHandler encoder() {
      return head instanceof DefaultHttpRequest
          ? new HttpRequestEncoder()
          : new Codecs.AnswerEncoder();
    }
  }

  @Test
  void theBytesAreThoseOfTheEncoderAlone() {
    for (int seed = 0; seed < 3000; seed++) {
      Exchange exchange = Exchange.random(seed);
      assertThat(exchange.through(exchange.encoder(), new HeadWithBody()))
          .as("seed %d", seed)
          .isEqualTo(exchange.through(exchange.encoder()));
    }
  }

  static Stream<HttpMessage> heads() {
    return Stream.of(
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/session/s/url"),
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
  }

  private static EmbeddedChannel channel(HttpMessage head) {
    ChannelHandler encoder =
        head instanceof DefaultHttpRequest ? new HttpRequestEncoder() : new Codecs.AnswerEncoder();
    return new EmbeddedChannel(encoder, new HeadWithBody());
  }

  private static String next(EmbeddedChannel channel) {
    ByteBuf out = channel.readOutbound();
    try {
      return out.toString(US_ASCII);
    } finally {
      out.release();
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aHeadAndAShortBodyAreOneBuffer(HttpMessage head) {
    EmbeddedChannel channel = channel(head);
    head.headers().set(HttpHeaderNames.CONTENT_LENGTH, 14);
    ChannelOutput.write(channel, head);
    ChannelOutput.write(
        channel, new DefaultLastHttpContent(Unpooled.copiedBuffer("{\"value\":null}", US_ASCII)));
    channel.flush();

    assertThat(next(channel)).endsWith("content-length: 14\r\n\r\n{\"value\":null}");
    assertThat(channel.<Object>readOutbound()).isNull();
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aHeadIsOutAfterAFlush(HttpMessage head) {
    EmbeddedChannel channel = channel(head);
    ChannelOutput.write(channel, head);
    assertThat(channel.<Object>readOutbound()).isNull();
    channel.flush();
    assertThat(next(channel)).endsWith("\r\n\r\n");
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aHeadWithAFutureIsNotHeldAndTheFutureOfTheEndIsCompleted(HttpMessage head) {
    EmbeddedChannel channel = channel(head);
    ChannelOutput.writeOrClose(channel, head);
    var end = channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
    channel.flush();
    assertThat(end.isSuccess()).isTrue();
    assertThat(next(channel)).endsWith("\r\n\r\n");
    ChannelOutput.write(channel, head);
    var joined = channel.write(LastHttpContent.EMPTY_LAST_CONTENT);
    assertThat(joined.isDone()).isFalse();
    channel.flush();
    assertThat(joined.isSuccess()).isTrue();
    channel.finishAndReleaseAll();
  }
}
