package io.gridfleet.lb.http;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kernel interface that the event loops run on, and the channels that belong to it. */
public enum Transport {
  IO_URING(IoUringServerSocketChannel.class, IoUringSocketChannel.class),
  EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class),
  KQUEUE(KQueueServerSocketChannel.class, KQueueSocketChannel.class),
  NIO(NioServerSocketChannel.class, ReadableNioSocket.class);

  static {
    // A multishot accept is armed again at once after it failed because the process has no file
    // descriptor left, also while accepting is suspended for a second: it would fail without pause.
    setUnlessSet("io.netty.iouring.acceptMultiShotEnabled", "false");
  }

  private final Class<? extends ServerChannel> listening;
  private final Class<? extends SocketChannel> connecting;

  Transport(Class<? extends ServerChannel> listening, Class<? extends SocketChannel> connecting) {
    this.listening = listening;
    this.connecting = connecting;
  }

  /** Netty reads such a property once, when the transport's first class is initialized. */
  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Returns why this transport can't be used here as far as its library knows, else null. */
  @Nullable Throwable unavailability() {
    return switch (this) {
      case IO_URING -> IoUring.unavailabilityCause();
      case EPOLL -> Epoll.unavailabilityCause();
      case KQUEUE -> KQueue.unavailabilityCause();
      case NIO -> null;
    };
  }

  /** Starts event loops whose threads are named {@code NAME-n}; the caller shuts them down. */
  public EventLoopGroup loops(String name, int count) {
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, true), handlers());
  }

  private IoHandlerFactory handlers() {
    return switch (this) {
      case IO_URING -> RingHandler.newFactory();
      case EPOLL -> FlushBatch.withBatches(EpollIoHandler.newFactory());
      case KQUEUE -> KQueueIoHandler.newFactory();
      case NIO -> NioIoHandler.newFactory();
    };
  }

  public Class<? extends ServerChannel> listening() {
    return listening;
  }

  public Class<? extends SocketChannel> connecting() {
    return connecting;
  }

  /** The name in the configuration, the log and the metrics. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
