package io.gridfleet.lb.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DeadlinesTest {
  private static final Duration SOON = Duration.ofMillis(20);

  @Test
  void aDeadlineIsNoScheduledTaskOfItsEventLoop() {
    EmbeddedChannel channel = new EmbeddedChannel();
    Deadlines.Deadline deadline = new Deadlines().create(channel.eventLoop(), () -> {});
    deadline.in(SOON);
    assertThat(channel.runScheduledPendingTasks()).as("the time until the next task").isEqualTo(-1);
    deadline.remove();
  }

  @Test
  void aTaskThatFailsEndsNoOtherDeadline() throws Exception {
    EventLoop loop = new DefaultEventLoop();
    Deadlines deadlines = new Deadlines(Duration.ofMillis(10));
    CompletableFuture<Void> sameTick = new CompletableFuture<>();
    CompletableFuture<Void> later = new CompletableFuture<>();
    Runnable fails =
        () -> {
          throw new IllegalStateException("a mistake");
        };
    loop.submit(
            () -> {
              deadlines.create(loop, fails).in(SOON);
              deadlines.create(loop, () -> sameTick.complete(null)).in(SOON);
              deadlines.create(loop, () -> later.complete(null)).in(SOON.multipliedBy(5));
            })
        .get();
    sameTick.get(20, TimeUnit.SECONDS);
    later.get(20, TimeUnit.SECONDS);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).get();
  }
}
