package io.gridfleet.lb.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.EncoderException;
import io.netty.util.ReferenceCountUtil;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message that an encoder refuses: no byte is lost without the end of its channel. */
final class ChannelOutputTest {
  enum Way {
    WRITE_OR_CLOSE(ChannelOutput::writeOrClose),
    SEND(ChannelOutput::send),
    SEND_LAST(ChannelOutput::sendLast);

    private final BiConsumer<EmbeddedChannel, Object> write;

    Way(BiConsumer<EmbeddedChannel, Object> write) {
      this.write = write;
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aWriteThatFailsClosesItsChannel(Way way) {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(
                  ChannelHandlerContext context, Object message, ChannelPromise promise) {
                ReferenceCountUtil.release(message);
                promise.setFailure(new EncoderException("as configured"));
              }
            });

    way.write.accept(channel, "message");
    channel.runPendingTasks();

    assertThat(channel.isOpen()).isFalse();
    channel.finishAndReleaseAll();
  }
}
