package io.gridfleet.lb.router;

import io.gridfleet.lb.auth.Admission;
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
 * The listening socket and the pipeline of each connection: {@code http-in}, {@code http-out},
 * {@code ours}. Deadlines are kept beside the pipeline (see {@link
 * io.gridfleet.lb.http.Deadlines}).
 */
@SuppressWarnings("FutureReturnValueIgnored") // closing: there is nobody left to tell
public final class FrontDoor {
  /** Fired into every pipeline when connections are to end with their next answer. */
  static final Object DRAIN = new Object();

  /** Fired after {@link #DRAIN} into every pipeline when those that do nothing are to end now. */
  static final Object LEAVE = new Object();

  private static final int BACKLOG = 4096;

  /** Enough in flight for one connection to fill a fast link, little enough for 50 000 of them. */
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
   * What the door leads to.
   *
   * @param mostConnections further ones are closed as they come
   */
  public record Rooms(
      HttpLimits limits,
      int mostConnections,
      Endpoints endpoints,
      SessionLookup routes,
      Protection protection,
      Relay relay) {}

  /**
   * What keeps the process and its nodes from harm by those who may send requests.
   *
   * @param admission who may do what
   * @param bodies the memory for what is gathered
   * @param origins which pages may send requests
   */
  public record Protection(Admission admission, BodyBudget bodies, OriginPolicy origins) {}

  public FrontDoor(EventLoops loops, Rooms rooms) {
    this.loops = loops;
    this.mostConnections = rooms.mostConnections();
    this.dispatch = new Dispatch(rooms);
  }

  /**
   * Starts to accept connections; port 0 takes a free one. Blocks until it listens.
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
                      channel.close();
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

  /** Connections of clients that are open now, tunnels included. */
  public int connections() {
    return connections.size();
  }

  /** Accepts no more connections; those that are open go on. */
  public void stopListening() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
    }
  }

  /**
   * Closes each connection after its next answer, or when no request comes on it for some seconds;
   * exchanges go on to their end. A balancer may not have noticed yet: what connects now is served
   * likewise.
   */
  public void drain() {
    draining = true;
    tellAll(DRAIN);
  }

  private void tellAll(Object event) {
    connections.forEach(channel -> channel.pipeline().fireUserEventTriggered(event));
  }

  /** Stops listening, waits for exchanges to end, at most so long, then closes what is left. */
  public void close(Duration grace) {
    stopListening();
    drain();
    tellAll(LEAVE);
    connections.newCloseFuture().awaitUninterruptibly(grace.toMillis());
    connections.close().awaitUninterruptibly();
  }
}
