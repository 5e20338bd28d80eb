package io.gridfleet.lb.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.lab.TestTransport;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LoopPoolTest {
  /** A socket of a process without a file descriptor left. */
  static final class NoSocket extends NioSocketChannel {
    public NoSocket() {
      throw new ChannelException("Too many open files");
    }
  }

  @Test
  void aSocketThatCantBeCreatedIsReportedOnTheLoop() throws Exception {
    EventLoops loops = TestTransport.oneLoop();
    try {
      EventLoop loop = loops.group().next();
      LoopPool pool = new LoopPool(loop, connecting(), new AtomicLong());
      CompletableFuture<Boolean> reportedOnLoop = new CompletableFuture<>();
      NodeAddress node = NodeAddress.of(URI.create("http://127.0.0.1:4"));
      loop.execute(() -> pool.borrow(node, reportTo(reportedOnLoop, loop)));

      assertThat(reportedOnLoop.get(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      loops.stop(Duration.ofSeconds(1));
    }
  }

  private static NodeConnecting connecting() {
    return new NodeConnecting(
        NoSocket.class,
        new Deadlines(),
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        new BlockingNameResolver(),
        new TlsWithNodes(NodeTrust.ofJava()));
  }

  private static Waiting reportTo(CompletableFuture<Boolean> onLoop, EventLoop loop) {
    return new Waiting() {
      @Override
      public void connected(NodeConnection connection) {
        onLoop.completeExceptionally(new AssertionError("connected"));
      }

      @Override
      public void failed(NodeFailure failure) {
        onLoop.complete(loop.inEventLoop());
      }
    };
  }
}
