package io.gridfleet.lb.cluster;

import io.gridfleet.lb.simulator.SimulatedNode;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The balancer in front of replicas: each connection goes to the next replica that its health check
 * found in service, as configured in docker/haproxy.cfg. It doesn't parse HTTP, and a connection
 * costs no thread.
 */
final class TcpBalancer implements AutoCloseable {
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(500);

  /** A busy machine may make one check late; two in a row mean something. */
  private static final int MISSES = 2;

  private static final int CONNECT_MILLIS = 1_000;

  private final EventLoopGroup loops = SimulatedNode.newLoops(1);
  private final List<ReplicaProcess> replicas;
  private final Map<ReplicaProcess, Integer> misses = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final ScheduledExecutorService checks;
  private final Channel listener;

  TcpBalancer(List<ReplicaProcess> replicas) {
    this.replicas = replicas;
    this.listener =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    connect(client, turn.getAndIncrement(), 0);
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
    this.checks =
        Executors.newScheduledThreadPool(
            replicas.size(),
            task -> {
              Thread thread = new Thread(task, "health-check");
              thread.setDaemon(true);
              return thread;
            });
    for (ReplicaProcess replica : replicas) {
      checks.scheduleWithFixedDelay(
          () -> check(replica), 0, BETWEEN_CHECKS.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  URI url() {
    return URI.create(
        "http://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
  }

  /**
   * A replica that doesn't answer or is stopping is out of service; one that can't reach its store
   * stays.
   */
  private void check(ReplicaProcess replica) {
    try {
      boolean stopping = replica.get("/readyz").body().contains("stopping");
      misses.put(replica, stopping ? MISSES : 0);
    } catch (IOException noAnswer) {
      misses.merge(replica, 1, Integer::sum);
    }
  }

  private boolean inService(ReplicaProcess replica) {
    return misses.getOrDefault(replica, 0) < MISSES;
  }

  /**
   * Connects to the next replica in service that accepts; if there is none the client is closed.
   */
  private void connect(Channel client, int first, int tried) {
    if (tried == replicas.size()) {
      client.close();
      return;
    }
    ReplicaProcess next = replicas.get(Math.floorMod(first + tried, replicas.size()));
    if (!inService(next)) {
      connect(client, first, tried + 1);
      return;
    }
    new Bootstrap()
        .group(client.eventLoop())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.AUTO_READ, false)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .handler(new Passing(client))
        .connect("127.0.0.1", next.port())
        .addListener(
            (ChannelFuture made) -> {
              if (made.isSuccess()) {
                pair(client, made.channel());
              } else {
                connect(client, first, tried + 1);
              }
            });
  }

  private static void pair(Channel client, Channel replica) {
    client.pipeline().addLast(new Passing(replica));
    if (!client.isActive()) {
      replica.close();
      return;
    }
    client.read();
    replica.read();
  }

  /** Copies what arrives to the other side, a piece at a time; if one side ends, so do both. */
  private static final class Passing extends ChannelInboundHandlerAdapter {
    private final Channel to;

    Passing(Channel to) {
      this.to = to;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object piece) {
      to.writeAndFlush(piece)
          .addListener(
              (ChannelFuture done) -> {
                if (done.isSuccess()) {
                  context.read();
                } else {
                  context.close();
                }
              });
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, @Nullable Throwable cause) {
      context.close();
    }

    private void end() {
      if (to.isActive()) {
        to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
      }
    }
  }

  @Override
  public void close() {
    checks.shutdownNow();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
