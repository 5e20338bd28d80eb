package io.gridfleet.lb.node;

import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.http.Transport;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections to nodes: a pool an event loop and node, so that a command stays on the loop of
 * its client. The connection used last is used next; the others grow old and close.
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
            transport,
            deadlines,
            connectTimeout,
            idleLimit,
            new BlockingNameResolver(),
            new TlsWithNodes(trust));
  }

  /**
   * 10 s to connect, as Selenium's clients allow us; 60 s idle, which must stay below what nodes
   * keep (Appium 600 s).
   */
  public NodeConnections(EventLoops loops) {
    this(
        loops.transport(),
        loops.deadlines(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        NodeTrust.ofJava());
  }

  /**
   * A connection to the node on this event loop, which must be the current one: an idle one at
   * once, else a new one. One that has closed in the pool is never handed out; once a byte is
   * written nothing is repeated.
   */
  public void borrow(EventLoop loop, NodeAddress node, Waiting waiting) {
    LoopPool pool = pools.get();
    if (pool == null) {
      pool = new LoopPool(loop, connecting, open);
      pools.set(pool);
    }
    pool.borrow(node, waiting);
  }

  /** Connections that are open now, idle ones included. */
  public long open() {
    return open.get();
  }

  /** Who waits for a connection; exactly one of the two is called, on the event loop. */
  public interface Waiting {
    void connected(NodeConnection connection);

    void failed(NodeFailure failure);
  }
}
