package io.gridfleet.lb.node;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The client for this server's own requests to nodes (New Session, Delete Session, status): whole
 * bodies in both directions, on the same connections as the relay. Never repeats a request. Any
 * thread.
 */
public final class NodeClient {
  /** Far above capabilities with screenshots in them; bounds a faulty node's answer. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private final NodeConnections connections;
  private final EventLoopGroup loops;

  public NodeClient(NodeConnections connections, EventLoopGroup loops) {
    this.connections = connections;
    this.loops = loops;
  }

  /**
   * Sends a request on the given event loop, or on any if {@code executor} is none. The future
   * fails with a {@link NodeFailure}; it completes on the event loop. Cancelling it closes the
   * connection.
   */
  public CompletableFuture<NodeAnswer> send(
      NodeAddress node, NodeRequest request, Executor executor) {
    return send(node, request, executor, MAX_ANSWER_BYTES);
  }

  /** Sends a request with another limit of the answer's body. */
  public CompletableFuture<NodeAnswer> send(
      NodeAddress node, NodeRequest request, Executor executor, int maxBytes) {
    EventLoop loop = executor instanceof EventLoop own ? own : loops.next();
    GatheredAnswer answer = new GatheredAnswer(loop, node, request, maxBytes);
    if (loop.inEventLoop()) {
      answer.start(connections);
    } else {
      loop.execute(() -> answer.start(connections));
    }
    return answer.future();
  }

  /** Sends a request on any event loop. */
  public CompletableFuture<NodeAnswer> send(NodeAddress node, NodeRequest request) {
    return send(node, request, loops.next());
  }
}
