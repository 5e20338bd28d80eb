package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One thread, on which smaller work runs first. */
final class MatchingThreadTest {
  @Test
  void smallerWorkRunsFirstAndEqualWorkInItsOrder() throws Exception {
    List<String> done = new CopyOnWriteArrayList<>();
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    try (MatchingThread thread = new MatchingThread()) {
      thread.execute(
          () -> {
            try {
              begin.await();
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
            done.add(Thread.currentThread().getName());
          });
      thread.execute(new MatchingThread.Sized(900, () -> done.add("much")));
      thread.execute(new MatchingThread.Sized(10, () -> done.add("little")));
      thread.execute(new MatchingThread.Sized(10, () -> done.add("as little")));
      thread.execute(() -> done.add("no size"));
      thread.execute(new MatchingThread.Sized(1000, end::countDown));
      begin.countDown();
      assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(done).containsExactly("matching", "no size", "little", "as little", "much");
  }
}
