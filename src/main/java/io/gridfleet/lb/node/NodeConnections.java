package io.gridfleet.lb.node;

import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.Transport;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections to nodes: a pool for each event loop and node, so that a command stays on the
 * loop of its client. The connection used last is used next; unused ones reach their idle limit and
 * close.
 */
public final class NodeConnections {
  private final NodeConnecting connecting;
  private final AtomicLong open = new AtomicLong();
  private final FastThreadLocal<LoopPool> pools = new FastThreadLocal<>();

  public NodeConnections(
      Transport transport,
      Deadlines deadlines,
      Duration connectTimeout,
      Duration idleLimit,
      NodeTrust trust) {
    this.connecting =
        new NodeConnecting(
            transport.connecting(),
            deadlines,
            connectTimeout,
            idleLimit,
            new BlockingNameResolver(),
            new TlsWithNodes(trust));
  }

  /**
   * Lends a connection to the node on this event loop, which must be the current one: an idle one
   * at once, else a new one. One that has closed in the pool is never lent; nothing is sent twice.
   */
  public void borrow(EventLoop loop, NodeAddress node, Waiting waiting) {
    LoopPool pool = pools.get();
    if (pool == null) {
      pool = new LoopPool(loop, connecting, open);
      pools.set(pool);
    }
    pool.borrow(node, waiting);
  }

  /** Returns the number of open connections, idle ones included. */
  public long open() {
    return open.get();
  }

  /** The receiver of a connection; exactly one of the two is called, on the event loop. */
  public interface Waiting {
    void connected(NodeConnection connection);

    void failed(NodeFailure failure);
  }
}
