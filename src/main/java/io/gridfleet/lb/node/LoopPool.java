package io.gridfleet.lb.node;

import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.http.UnreadInput;
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

/** The connections of one event loop, which owns this. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class LoopPool {
  private static final String UNTIL_SHAKEN = "until-shaken";

  private final EventLoop loop;
  private final NodeConnecting connecting;
  private final AtomicLong open;
  private final UnreadInput unread = new UnreadInput();
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

  void borrow(NodeAddress node, Waiting waiting) {
    NodeConnection connection = lastUsed(node);
    if (connection != null) {
      connection.borrowed();
      waiting.connected(connection);
    } else {
      open(node, waiting);
    }
  }

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

  void giveBack(NodeConnection connection) {
    idle.computeIfAbsent(connection.address(), node -> new ArrayDeque<>()).addLast(connection);
    connection.idleFromNow();
  }

  /** The connection has closed, or is no longer ours. */
  void forget(NodeConnection connection) {
    open.decrementAndGet();
    ArrayDeque<NodeConnection> kept = idle.get(connection.address());
    if (kept != null) {
      kept.removeLastOccurrence(connection);
      if (kept.isEmpty()) {
        idle.remove(connection.address());
      }
    }
  }

  private void open(NodeAddress node, Waiting waiting) {
    ChannelFuture connected = connecting.open(loop, node);
    connected.addListener(
        future -> {
          if (!future.isSuccess()) {
            waiting.failed(NodeFailure.connecting(node, future.cause()));
          } else if (node.secure()) {
            startTls(connected, node, waiting);
          } else {
            ready(connected.channel(), node, waiting);
          }
        });
  }

  private void startTls(ChannelFuture connected, NodeAddress node, Waiting waiting) {
    Channel channel = connected.channel();
    try {
      SslHandler tls = connecting.tls(connected, node);
      channel.pipeline().addLast(tls).addLast(UNTIL_SHAKEN, new HandshakeTrouble());
      tls.handshakeFuture().addListener(shaken -> afterTls(shaken, channel, node, waiting));
    } catch (SSLException e) {
      channel.close();
      waiting.failed(NodeFailure.connecting(node, e));
    }
  }

  private void afterTls(
      Future<? super Channel> shaken, Channel channel, NodeAddress node, Waiting waiting) {
    if (shaken.isSuccess()) {
      channel.pipeline().remove(UNTIL_SHAKEN);
      ready(channel, node, waiting);
    } else {
      channel.close();
      waiting.failed(NodeFailure.connecting(node, shaken.cause()));
    }
  }

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

  /** Who waits is told by the handshake's future; the pipeline's end would log a stack trace. */
  private static final class HandshakeTrouble extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
