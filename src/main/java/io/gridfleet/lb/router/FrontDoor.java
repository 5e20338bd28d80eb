package io.gridfleet.lb.router;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.Relay;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The listening socket and the pipeline of each connection ({@link ClientPipeline}). Deadlines are
 * kept beside the pipeline (see {@link io.gridfleet.lb.http.Deadlines}).
 */
public final class FrontDoor {
  /** Fired into every pipeline when connections are to close with their next answer. */
  static final Object DRAIN = new Object();

  /** Fired after {@link #DRAIN} into every pipeline when idle connections are to close now. */
  static final Object LEAVE = new Object();

  private static final int BACKLOG = 4096;

  /** High enough for one connection to fill a fast link, low enough for 50 000 of them. */
  private static final WriteBufferWaterMark IN_FLIGHT =
      new WriteBufferWaterMark(64 * 1024, 256 * 1024);

  private final EventLoops loops;
  private final Dispatch dispatch;
  private final ChannelGroup connections =
      new DefaultChannelGroup("front", GlobalEventExecutor.INSTANCE);
  private final int mostConnections;
  private volatile boolean draining;
  private @Nullable Channel listener;

  /**
   * The collaborators behind the listening socket.
   *
   * @param mostConnections further ones are closed when they are accepted
   */
  public record Rooms(
      HttpLimits limits,
      int mostConnections,
      Endpoints endpoints,
      SessionLookup routes,
      Protection protection,
      Relay relay) {}

  /**
   * The checks and limits that protect the process and its nodes from clients.
   *
   * @param admission the permissions of tokens
   * @param bodies the memory budget of aggregated bodies
   * @param origins the pages that may send requests
   */
  public record Protection(Admission admission, BodyBudget bodies, OriginPolicy origins) {}

  public FrontDoor(EventLoops loops, Rooms rooms) {
    this.loops = loops;
    this.mostConnections = rooms.mostConnections();
    this.dispatch = new Dispatch(rooms);
  }

  /**
   * Starts to accept connections; port 0 selects a free one. Blocks until the socket listens.
   *
   * @return the address that is listened on
   */
  public InetSocketAddress listen(InetSocketAddress address) throws IOException {
    var bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.transport().listening())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, IN_FLIGHT)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (connections.size() >= mostConnections) {
                      ChannelOutput.close(channel);
                      return;
                    }
                    connections.add(channel);
                    new FrontConnection(dispatch, loops.deadlines()).install(channel);
                    if (draining) {
                      channel.pipeline().fireUserEventTriggered(DRAIN);
                    }
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "can't listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    Channel channel = bound.channel();
    listener = channel;
    return (InetSocketAddress) channel.localAddress();
  }

  /** Returns the number of open client connections, tunnels included. */
  public int connections() {
    return connections.size();
  }

  /** Stops accepting connections; open ones continue. */
  public void stopListening() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
  }

  /**
   * Closes each connection after its next answer, or when no request arrives on it for some
   * seconds; running exchanges complete. New connections are still accepted and treated likewise,
   * because a load balancer may not have noticed yet.
   */
  public void drain() {
    draining = true;
    fireToAll(DRAIN);
  }

  private void fireToAll(Object event) {
    connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(event));
  }

  /**
   * Stops listening, waits at most {@code grace} for exchanges to end, then closes the remaining
   * connections.
   */
  public void close(Duration grace) {
    stopListening();
    drain();
    fireToAll(LEAVE);
    connections.newCloseFuture().awaitUninterruptibly(grace.toMillis());
    connections.close().awaitUninterruptibly();
  }
}
