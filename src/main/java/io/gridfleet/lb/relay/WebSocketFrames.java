package io.gridfleet.lb.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import java.util.List;

/**
 * Reads WebSocket messages of a channel until the channel is handed to a tunnel. Only whole frames
 * pass to Netty's decoder behind it, so that the bytes of an incomplete frame can be handed to the
 * tunnel. Owned by the channel's event loop.
 */
public final class WebSocketFrames extends ByteToMessageDecoder {
  private static final int FIN = 0x80;
  private static final int MASK = 0x80;
  private static final int CONTROL = 0x08;
  private static final int MASK_BYTES = 4;

  private final int maxBytes;
  private final ChannelHandler messages;
  private final ChannelHandler decoder;
  private final ChannelHandler encoder;
  private final ChannelHandler aggregator;
  private boolean stopped;
  private boolean betweenMessages = true;

  /**
   * @param ofClient whether the peer is the client of the WebSocket, which masks its frames
   * @param maxBytes the largest message that is read
   * @param messages receives the messages, as whole frames, and writes frames
   */
  public WebSocketFrames(boolean ofClient, int maxBytes, ChannelHandler messages) {
    this.maxBytes = maxBytes;
    this.messages = messages;
    this.decoder =
        new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(ofClient)
                .allowExtensions(false)
                .maxFramePayloadLength(maxBytes)
                .build());
    this.encoder = new WebSocket13FrameEncoder(!ofClient);
    this.aggregator = new WebSocketFrameAggregator(maxBytes);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    context.pipeline().addLast(decoder, encoder, aggregator, messages);
  }

  /** Stops reading frames: what arrives from now on is for the tunnel. */
  public void stop() {
    stopped = true;
  }

  /**
   * Removes the codec from the pipeline; the tunnel's end behind it receives the bytes that were
   * not read as a frame. Returns false in the middle of a message, which can't be handed over.
   */
  boolean removeFrom(Channel channel) {
    if (!betweenMessages) {
      return false;
    }
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.remove(messages);
    pipeline.remove(aggregator);
    pipeline.remove(encoder);
    pipeline.remove(decoder);
    pipeline.remove(this);
    return true;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    long length = stopped ? Long.MAX_VALUE : frameLength(in);
    if (in.readableBytes() < length) {
      return;
    }
    int first = in.getUnsignedByte(in.readerIndex());
    if ((first & CONTROL) == 0) {
      betweenMessages = (first & FIN) != 0;
    }
    out.add(in.readRetainedSlice((int) length));
  }

  /** Returns the length of the next frame; {@code Long.MAX_VALUE} while its head is incomplete. */
  private long frameLength(ByteBuf in) {
    int at = in.readerIndex();
    int readable = in.readableBytes();
    if (readable < 2) {
      return Long.MAX_VALUE;
    }
    int second = in.getUnsignedByte(at + 1);
    int head = 2 + ((second & MASK) == 0 ? 0 : MASK_BYTES);
    long payload = second & ~MASK;
    if (payload == 126) {
      head += Short.BYTES;
      payload = readable < 4 ? 0 : in.getUnsignedShort(at + 2);
    } else if (payload == 127) {
      head += Long.BYTES;
      payload = readable < 10 ? 0 : in.getLong(at + 2);
    }
    if (payload < 0 || payload > maxBytes) {
      throw new TooLongFrameException("a message of more than " + maxBytes + " bytes");
    }
    return readable < head ? Long.MAX_VALUE : head + payload;
  }
}
