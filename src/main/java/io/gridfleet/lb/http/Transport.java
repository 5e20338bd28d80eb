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
import io.netty.util.concurrent.DefaultThreadFactory;

/** The kernel interface that the event loops run on, and the channels that belong to it. */
public enum Transport {
  EPOLL(EpollServerSocketChannel.class, EpollSocketChannel.class),
  KQUEUE(KQueueServerSocketChannel.class, KQueueSocketChannel.class),
  NIO(NioServerSocketChannel.class, ReadableNioSocket.class);

  private final Class<? extends ServerChannel> listening;
  private final Class<? extends SocketChannel> connecting;

  Transport(Class<? extends ServerChannel> listening, Class<? extends SocketChannel> connecting) {
    this.listening = listening;
    this.connecting = connecting;
  }

  /** Returns the native transport where its library loads, else the JDK's. */
  public static Transport best() {
    if (Epoll.isAvailable()) {
      return EPOLL;
    }
    return KQueue.isAvailable() ? KQUEUE : NIO;
  }

  /** Starts event loops whose threads are named {@code NAME-n}; the caller shuts them down. */
  public EventLoopGroup loops(String name, int count) {
    return new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name, true), handlers());
  }

  private IoHandlerFactory handlers() {
    return switch (this) {
      case EPOLL -> EpollIoHandler.newFactory();
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
}
