package io.gridfleet.lb.router;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.lab.LeakCheck;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A write that fails closes its channel, because the rest of an answer would be read as something
 * else. On sockets the transport closes a channel that it can't write to; here the write fails in
 * the pipeline, and the channel stays open unless the connection closes it.
 */
@ExtendWith(LeakCheck.class)
final class FailedWritesTest {
  private static final int NONE = Integer.MAX_VALUE;

  @RegisterExtension final Edge edge = new Edge();
  private final List<Exchange> exchanges = new ArrayList<>();
  private final FailingWrites writes = new FailingWrites();
  private final EmbeddedChannel channel = new EmbeddedChannel();

  /** Fails all writes from one on, as a TLS engine or an encoder might. */
  private static final class FailingWrites extends ChannelOutboundHandlerAdapter {
    int from = NONE;
    int writes;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (writes++ < from) {
        context.write(message, promise);
      } else {
        ReferenceCountUtil.release(message);
        promise.setFailure(new IOException("as configured"));
      }
    }
  }

  @BeforeEach
  void connect() {
    Endpoint small = exchange -> answer(exchange, 10);
    Endpoint large = exchange -> answer(exchange, Edge.LARGE);
    Endpoints endpoints =
        new Endpoints(small, small, small, small, small, small, large, small, (id, status) -> null);
    FrontDoor.Rooms rooms =
        new FrontDoor.Rooms(
            Edge.LIMITS,
            1,
            endpoints,
            edge,
            new FrontDoor.Protection(
                Admission.open(), new BodyBudget(Long.MAX_VALUE), OriginPolicy.anyHost()),
            edge.relay);
    channel.pipeline().addLast(writes);
    new FrontConnection(new Dispatch(rooms), edge.loops.deadlines()).install(channel);
    channel.pipeline().fireChannelActive();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void answer(Exchange exchange, int bytes) {
    exchanges.add(exchange);
    exchange.answer(EndpointAnswer.text(200, "x".repeat(bytes)));
  }

  private void get(String path) {
    channel.writeInbound(
        Unpooled.copiedBuffer("GET " + path + " HTTP/1.1\r\nHost: lb\r\n\r\n", US_ASCII));
    channel.runPendingTasks();
  }

  @Test
  void anAnswerThatIsWrittenKeepsTheConnection() {
    get("/healthz");
    get("/api/large");

    assertThat(channel.isOpen()).isTrue();
    assertThat(exchanges).hasSize(2).noneMatch(each -> each.clientLeft().isDone());
  }

  @Test
  void anAnswerWhoseEndIsNotWrittenClosesTheConnection() {
    get("/healthz");
    writes.from = writes.writes;

    get("/healthz");

    assertThat(channel.isOpen()).isFalse();
    assertThat(exchanges.get(1).clientLeft()).isDone();
  }

  @Test
  void anAnswerWhoseHeadOrPieceIsNotWrittenClosesTheConnection() {
    get("/api/large");
    int all = writes.writes;
    assertThat(all).as("head and pieces").isGreaterThan(10);
    writes.from = all;

    get("/api/large");

    assertThat(channel.isOpen()).isFalse();
    assertThat(writes.writes).as("nothing is written after it").isLessThan(2 * all);
  }
}
