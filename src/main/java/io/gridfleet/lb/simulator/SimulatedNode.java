package io.gridfleet.lb.simulator;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerExpectContinueHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebDriver node on loopback over HTTP/1.1 and WebSocket that keeps sessions as Appium or
 * chromedriver do, injects the configured faults and records what it received. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // each result is waited for
public final class SimulatedNode implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  /** Fine enough for time-outs of a second, cheap enough for hundreds of nodes. */
  private static final long SWEEP_MILLIS = 100;

  /** The echo of a test's largest header line must fit. */
  private static final int MAX_HEADER_BYTES = 64 << 10;

  private static final int CHUNK_BYTES = 16 << 10;

  private final NodeCore core;
  private final EventLoopGroup loops;
  private final boolean ownLoops;
  private final @Nullable SslContext tls;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Future<?> sweep;
  private final int port;
  private @Nullable Channel listener;

  private SimulatedNode(
      SimulatedNodeConfig config,
      EventLoopGroup loops,
      boolean ownLoops,
      @Nullable SslContext tls) {
    this.core = new NodeCore(config, tls != null);
    this.tls = tls;
    this.loops = loops;
    this.ownLoops = ownLoops;
    Channel bound = bind(config.port());
    this.listener = bound;
    this.port = ((InetSocketAddress) bound.localAddress()).getPort();
    core.authority(LOOPBACK + ":" + port);
    this.sweep =
        loops
            .next()
            .scheduleAtFixedRate(
                core::endExpired, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Listens when this returns; has an event loop of its own. */
  public static SimulatedNode start(SimulatedNodeConfig config) {
    return new SimulatedNode(config, newLoops(1), true, null);
  }

  /** Listens when this returns; many nodes share these loops, which the caller ends. */
  public static SimulatedNode start(SimulatedNodeConfig config, EventLoopGroup loops) {
    return new SimulatedNode(config, loops, false, null);
  }

  /** Accepts only TLS, with this certificate. */
  public static SimulatedNode startSecure(SimulatedNodeConfig config, SslContext tls) {
    return new SimulatedNode(config, newLoops(1), true, tls);
  }

  /** Event loops for {@link #start(SimulatedNodeConfig, EventLoopGroup)}. */
  public static EventLoopGroup newLoops(int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("simulator", true), NioIoHandler.newFactory());
  }

  /** The byte at this place of what {@code sim/bytes} and {@code sim/chunks} stream. */
  public static byte patternByte(long place) {
    return (byte) (place % 251);
  }

  /** The URL of commands, with the base path and without a slash at the end. */
  public URI url() {
    return URI.create(core.address("http") + core.config().basePath());
  }

  public int port() {
    return port;
  }

  public FaultPlan faults() {
    return core.faults();
  }

  public NodeHistory history() {
    return core.history();
  }

  public List<LiveSession> liveSessions() {
    return core.sessions().all().stream().map(SimulatedSession::identity).toList();
  }

  public int openConnections() {
    return connections.size();
  }

  /** Removes the session without notice; the next command gets {@code invalid session id}. */
  public void forget(String sessionId) {
    core.end(sessionId, NodeEvent.Kind.FORGOTTEN);
  }

  /** Sends a text frame over each socket of the session. */
  public void push(String sessionId, String text) {
    core.sessions()
        .find(sessionId)
        .ifPresent(it -> it.sockets().forEach(socket -> BidiSocket.push(socket, text)));
  }

  /** Closes the session's sockets; the session continues. */
  public void closeSockets(String sessionId, int code, String reason) {
    core.sessions()
        .find(sessionId)
        .ifPresent(it -> it.sockets().forEach(socket -> BidiSocket.close(socket, code, reason)));
  }

  /** Refuses new connections; existing ones continue. */
  public synchronized void refuseConnections() {
    if (listener != null) {
      listener.close().syncUninterruptibly();
      afterSelect(listener.eventLoop());
      listener = null;
    }
  }

  /** Java's selector releases a closed listener's port in its next round. */
  private static void afterSelect(EventLoop loop) {
    for (int round = 0; round < 2; round++) {
      loop.schedule(() -> {}, 2, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
  }

  /**
   * Simulates the death of the process: no listener, connection, session or kept answer remains.
   */
  public void die() {
    refuseConnections();
    core.die();
    connections.close().awaitUninterruptibly();
  }

  /** Listens again on the same port. */
  public synchronized void comeBack() {
    if (listener == null) {
      listener = bind(port);
    }
  }

  @Override
  public void close() {
    sweep.cancel(false);
    die();
    if (ownLoops) {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private Channel bind(int wanted) {
    ServeRequest serveRequest = new ServeRequest(core);
    return new ServerBootstrap()
        .group(loops)
        .channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childHandler(
            new ChannelInitializer<SocketChannel>() {
              @Override
              protected void initChannel(SocketChannel channel) {
                connections.add(channel);
                if (tls != null) {
                  channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                }
                channel
                    .pipeline()
                    .addLast(new HttpServerCodec(MAX_HEADER_BYTES, MAX_HEADER_BYTES, CHUNK_BYTES))
                    .addLast(new HttpServerExpectContinueHandler())
                    .addLast(new ChunkedWriteHandler())
                    .addLast(new SimulatedConnection(core, serveRequest));
              }
            })
        .bind(LOOPBACK, wanted)
        .syncUninterruptibly()
        .channel();
  }
}
