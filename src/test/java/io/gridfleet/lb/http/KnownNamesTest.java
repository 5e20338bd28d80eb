package io.gridfleet.lb.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** A known name has exactly the bytes of the message; names that aren't known pass as well. */
final class KnownNamesTest {
  @Property(tries = 2000)
  void whatIsFoundHasTheBytesThatWereLookedUp(@ForAll("names") String name) {
    byte[] text = ("x" + name + ": v").getBytes(ISO_8859_1);
    AsciiString found = KnownNames.find(text, 1, name.length());
    if (found != null) {
      assertThat(found.toString()).isEqualTo(name);
    }
    assertThat(found != null).isEqualTo(name.equals("Host") || name.equals("content-type"));
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.oneOf(
        Arbitraries.of("Host", "content-type", "hOst", "Content-type", "Hosu", "Xost", ""),
        Arbitraries.strings()
            .all()
            .ofMaxLength(40)
            .filter(text -> text.chars().allMatch(c -> c < 256)),
        Arbitraries.strings().ascii().ofMinLength(100).ofMaxLength(200));
  }

  private static List<String> names(Iterable<Map.Entry<String, String>> headers) {
    List<String> names = new ArrayList<>();
    headers.forEach(header -> names.add(header.getKey()));
    return names;
  }

  @Test
  void namesKeepTheirSpelling() {
    String fields =
        "Host: lb\r\nhost-x: 1\r\ncontent-TYPE: a\r\ncontent-type: a\r\nUser-Agent: b\r\n";
    List<String> spelled = List.of("Host", "host-x", "content-TYPE", "content-type", "User-Agent");
    EmbeddedChannel client =
        new EmbeddedChannel(
            new Codecs.RequestDecoder(
                new HttpLimits(
                    8192,
                    8192,
                    8192,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1))));
    client.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n" + fields + "\r\n", ISO_8859_1));
    HttpRequest request = client.readInbound();
    assertThat(names(request.headers())).isEqualTo(spelled);
    client.finishAndReleaseAll();

    Codecs.AnswerDecoder decoder = new Codecs.AnswerDecoder();
    EmbeddedChannel node = new EmbeddedChannel(decoder);
    decoder.expectAnswer(false);
    node.writeInbound(
        Unpooled.copiedBuffer(
            "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: 0\r\n\r\n", ISO_8859_1));
    HttpResponse answer = node.readInbound();
    assertThat(names(answer.headers())).startsWith(spelled.toArray(new String[0])).hasSize(6);
    ReferenceCountUtil.release(node.readInbound());
    node.finishAndReleaseAll();
  }
}
