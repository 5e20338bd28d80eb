package io.gridfleet.lb.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ThreadsTest {

  @Test
  void soManyWaitForAThreadAndNoMore() throws InterruptedException {
    ExecutorService views = Threads.one("views", 2);
    CompletableFuture<Void> blocked = new CompletableFuture<>();
    CompletableFuture<String> done = new CompletableFuture<>();
    views.execute(blocked::join);
    views.execute(() -> done.complete(Thread.currentThread().getName()));
    views.execute(() -> {});

    assertThatThrownBy(() -> views.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);

    blocked.complete(null);
    assertThat(done.join()).isEqualTo("views");
    views.shutdown();
    assertThat(views.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }
}
