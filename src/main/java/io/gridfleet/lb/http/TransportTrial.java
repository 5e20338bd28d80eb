package io.gridfleet.lb.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Starts event loops on a transport and opens a connection on each of them. A machine can refuse a
 * transport at any of its steps: the library doesn't load, the kernel has no such call or forbids
 * it (kernel.io_uring_disabled, a seccomp profile), or the memory of a ring isn't granted.
 */
final class TransportTrial {
  private static final int PATIENCE_MILLIS = 5_000;
  private static final int LOOK_MILLIS = 50;

  private TransportTrial() {}

  /**
   * Starts loops named {@code loop-n}.
   *
   * @throws TransportUnavailableException when the transport can't be used; nothing stays open
   */
  static EventLoopGroup start(Transport transport, int count) {
    Throwable known = transport.unavailability();
    if (known != null) {
      throw unavailable(transport, known);
    }
    EventLoopGroup group;
    try {
      group = transport.loops("loop", count);
    } catch (RuntimeException | LinkageError e) {
      throw unavailable(transport, e);
    }
    try {
      connectOnEach(group, transport);
      return group;
    } catch (IOException | RuntimeException e) {
      group
          .shutdownGracefully(0, 0, TimeUnit.MILLISECONDS)
          .awaitUninterruptibly(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      throw unavailable(transport, e);
    }
  }

  /** A task doesn't show that a loop works: it can run before the loop has entered the kernel. */
  private static void connectOnEach(EventLoopGroup group, Transport transport) throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      for (EventExecutor loop : group) {
        connect((EventLoop) loop, transport, listener.getLocalSocketAddress());
        listener.accept().close();
      }
    }
  }

  private static void connect(EventLoop loop, Transport transport, SocketAddress address)
      throws IOException {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(transport.connecting())
            .handler(new ChannelInboundHandlerAdapter())
            .connect(address);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!connected.awaitUninterruptibly(LOOK_MILLIS)) {
      if (loop.isShuttingDown() || System.nanoTime() - end > 0) {
        throw new IOException("its event loops don't run");
      }
    }
    if (!connected.isSuccess()) {
      throw new IOException(connected.cause());
    }
    connected.channel().close().awaitUninterruptibly(PATIENCE_MILLIS);
  }

  /** The message of the innermost cause: those around it only say that something failed. */
  private static TransportUnavailableException unavailable(Transport transport, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new TransportUnavailableException(
        transport + " can't be used: " + root.getMessage(), cause);
  }
}
