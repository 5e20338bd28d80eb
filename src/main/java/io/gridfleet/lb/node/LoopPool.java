package io.gridfleet.lb.node;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The pool of one event loop's connections to nodes.
 *
 * <p>Owner: the event loop. Each loop has a pool of its own ({@link NodeConnections}), so that a
 * command uses a connection of its client's loop; nothing here is locked or volatile, except the
 * count of open connections, which all pools share.
 *
 * <p>A connection is in {@code idle} from {@link #giveBack} until it is borrowed or closes. A
 * borrowed one is held by its borrower only, and returns by itself after its answer. Idle
 * connections are used last in, first out: the oldest reach their idle limit and close.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>A connection is either idle or borrowed, never both: {@link #borrow} removes it from {@code
 *       idle} before it is handed over.
 *   <li>{@code idle} drops an empty queue when a connection to its node is removed, so that nodes
 *       that are gone have no entry.
 *   <li>{@code open} counts a connection from its installation until {@link #remove}, which is
 *       called once: when it closes, or when it is handed to a tunnel.
 *   <li>Exactly one of {@link Waiting}'s methods is called for each {@link #borrow}, on the loop;
 *       within the call if an idle connection is usable.
 * </ul>
 */
final class LoopPool {
  private static final String UNTIL_HANDSHAKE = "until-handshake";

  private final EventLoop loop;
  private final NodeConnecting connecting;

  /** Shared by the pools of all event loops. */
  private final AtomicLong open;

  /** Checks a connection's socket before it is lent; one buffer for all checks of the loop. */
  private final UnreadInput unread = new UnreadInput();

  /** Idle connections by node, the one used last at the end. */
  private final Map<NodeAddress, ArrayDeque<NodeConnection>> idle = new HashMap<>();

  LoopPool(EventLoop loop, NodeConnecting connecting, AtomicLong open) {
    this.loop = loop;
    this.connecting = connecting;
    this.open = open;
  }

  Duration idleLimit() {
    return connecting.idleLimit();
  }

  Deadline deadline(Runnable due) {
    return connecting.deadlines().create(loop, due);
  }

  /** Lends an idle connection within the call, else opens one. Nothing is ever sent twice. */
  void borrow(NodeAddress node, Waiting waiting) {
    NodeConnection connection = lastUsed(node);
    if (connection != null) {
      connection.borrowed();
      waiting.connected(connection);
    } else {
      open(node, waiting);
    }
  }

  /**
   * Returns the connection used last whose socket is open and holds no unread bytes; closes others.
   */
  private @Nullable NodeConnection lastUsed(NodeAddress node) {
    ArrayDeque<NodeConnection> kept = idle.get(node);
    if (kept == null) {
      return null;
    }
    NodeConnection connection = kept.pollLast();
    while (connection != null && !connection.isUsable(unread)) {
      connection.close();
      connection = kept.pollLast();
    }
    return connection;
  }

  /** Takes a connection back whose answer has ended with nothing read beyond it. */
  void giveBack(NodeConnection connection) {
    idle.computeIfAbsent(connection.address(), node -> new ArrayDeque<>()).addLast(connection);
    connection.idleFromNow();
  }

  /** Removes a connection that has closed or was handed to a tunnel; idle or borrowed. */
  void remove(NodeConnection connection) {
    open.decrementAndGet();
    ArrayDeque<NodeConnection> kept = idle.get(connection.address());
    if (kept != null) {
      kept.removeLastOccurrence(connection);
      if (kept.isEmpty()) {
        idle.remove(connection.address());
      }
    }
  }

  /**
   * Connects, with the configured timeout. If no socket can be created, because the process has no
   * file descriptor left, Netty has no channel and calls the listener on a thread of its own.
   */
  private void open(NodeAddress node, Waiting waiting) {
    ChannelFuture connected = connecting.open(loop, node);
    connected.addListener(
        future -> {
          if (loop.inEventLoop()) {
            opened(connected, node, waiting);
          } else {
            loop.execute(() -> opened(connected, node, waiting));
          }
        });
  }

  private void opened(ChannelFuture connected, NodeAddress node, Waiting waiting) {
    if (!connected.isSuccess()) {
      waiting.failed(NodeFailure.connecting(node, connected.cause()));
    } else if (node.secure()) {
      startTls(connected, node, waiting);
    } else {
      ready(connected.channel(), node, waiting);
    }
  }

  /**
   * The handshake has the timeout of connecting. A failure before the connection is ready is not
   * counted.
   */
  private void startTls(ChannelFuture connected, NodeAddress node, Waiting waiting) {
    Channel channel = connected.channel();
    try {
      SslHandler tls = connecting.tls(connected, node);
      channel.pipeline().addLast(tls).addLast(UNTIL_HANDSHAKE, new HandshakeErrors());
      tls.handshakeFuture().addListener(shaken -> afterTls(shaken, channel, node, waiting));
    } catch (SSLException e) {
      ChannelOutput.close(channel);
      waiting.failed(NodeFailure.connecting(node, e));
    }
  }

  private void afterTls(
      Future<? super Channel> shaken, Channel channel, NodeAddress node, Waiting waiting) {
    if (shaken.isSuccess()) {
      channel.pipeline().remove(UNTIL_HANDSHAKE);
      ready(channel, node, waiting);
    } else {
      ChannelOutput.close(channel);
      waiting.failed(NodeFailure.connecting(node, shaken.cause()));
    }
  }

  /** Installs the codec. A channel that has closed meanwhile is reported as a failure. */
  private void ready(Channel channel, NodeAddress node, Waiting waiting) {
    NodeConnection connection = new NodeConnection(this, node, channel);
    open.incrementAndGet();
    connection.install();
    if (channel.isActive()) {
      waiting.connected(connection);
    } else {
      waiting.failed(NodeFailure.reset(node, null));
    }
  }

  /**
   * Consumes exceptions of the handshake, which its future reports; the pipeline's tail would log a
   * stack trace.
   */
  private static final class HandshakeErrors extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ChannelOutput.close(context);
    }
  }
}
