package io.gridfleet.lb.simulator;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes whose values follow from their positions, generated as fast as the peer reads.
 */
@SuppressWarnings("InlineMeSuggester") // the deprecated method is Netty's
final class PatternBytes implements ChunkedInput<ByteBuf> {
  /** As much as fits a few TCP segments; also what is in memory at once. */
  private static final int CHUNK = 16 << 10;

  private final long length;
  private long sent;

  PatternBytes(long length) {
    this.length = length;
  }

  @Override
  public boolean isEndOfInput() {
    return sent >= length;
  }

  @Override
  public void close() {}

  @Override
  @Deprecated
  public @Nullable ByteBuf readChunk(ChannelHandlerContext context) {
    return readChunk(context.alloc());
  }

  @Override
  public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) {
    int size = (int) Math.min(CHUNK, length - sent);
    if (size == 0) {
      return null;
    }
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = SimulatedNode.patternByte(sent + i);
    }
    sent += size;
    return allocator.buffer(size).writeBytes(bytes);
  }

  @Override
  public long length() {
    return length;
  }

  @Override
  public long progress() {
    return sent;
  }
}
