package io.gridfleet.lb.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * Flushes of short messages, carried out together once an event loop has handled what its selector
 * has reported. Each peer is then woken once and finds several messages, instead of being woken by
 * each of them, where both share processors.
 *
 * <p>The I/O handler of the loop carries them out at the end of its turn. A flush that is requested
 * elsewhere (a task of the loop, another transport) is carried out at once. Owned by its event
 * loop. Bounded by {@link #MAX_CHANNELS} channels with {@link #MAX_BYTES} bytes each.
 */
public final class FlushBatch {
  /** More are carried out in several batches. */
  static final int MAX_CHANNELS = 32;

  /** A channel with more pending bytes is flushed at once. */
  static final int MAX_BYTES = 16 * 1024;

  private static final FastThreadLocal<FlushBatch> OF_LOOP = new FastThreadLocal<>();

  private final Channel[] channels = new Channel[MAX_CHANNELS];
  private int count;
  private boolean open;

  private FlushBatch() {}

  /** Flushes the channel at the end of the loop's turn, or now; on the channel's event loop. */
  public static void flush(Channel channel) {
    FlushBatch batch = OF_LOOP.get();
    if (batch == null || !batch.open || !isShort(channel.unsafe().outboundBuffer())) {
      channel.flush();
    } else {
      batch.add(channel);
    }
  }

  private static boolean isShort(@Nullable ChannelOutboundBuffer pending) {
    return pending != null && pending.totalPendingWriteBytes() <= MAX_BYTES;
  }

  private void add(Channel channel) {
    channels[count++] = channel;
    if (count == MAX_CHANNELS) {
      carryOut();
      open = true;
    }
  }

  /** A flush can call handlers that flush other channels: those are flushed within it. */
  private void carryOut() {
    open = false;
    int all = count;
    count = 0;
    for (int i = 0; i < all; i++) {
      Channel channel = channels[i];
      channels[i] = null;
      channel.flush();
    }
  }

  /** Returns handlers as those of the factory, each of which has a batch for each turn. */
  static IoHandlerFactory withBatches(IoHandlerFactory handlers) {
    return loop -> new Handler(handlers.newHandler(loop));
  }

  private static final class Handler implements IoHandler {
    private final IoHandler selector;
    private final FlushBatch batch = new FlushBatch();

    Handler(IoHandler selector) {
      this.selector = selector;
    }

    @Override
    public void initialize() {
      selector.initialize();
      OF_LOOP.set(batch);
    }

    @Override
    public int run(IoHandlerContext context) {
      batch.open = true;
      try {
        return selector.run(context);
      } finally {
        batch.carryOut();
      }
    }

    @Override
    public void prepareToDestroy() {
      selector.prepareToDestroy();
    }

    @Override
    public void destroy() {
      selector.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return selector.register(handle);
    }

    @Override
    public void wakeup() {
      selector.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return selector.isCompatible(handleType);
    }
  }
}
