package io.gridfleet.lb.async;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.LogLines;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TimersTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private int runs;

  private void fail() {
    runs++;
    throw new IllegalStateException("as configured");
  }

  @Test
  void theFailureOfATaskIsLogged() {
    try (LogLines log = new LogLines(Timers.class.getName())) {
      Timers.after(time, SECOND, "the release of device phone", this::fail);
      time.pass(SECOND);

      assertThat(log.lines()).containsExactly("the release of device phone failed");
    }
  }

  @Test
  void aTaskThatFailsIsRepeated() {
    try (LogLines log = new LogLines(Timers.class.getName())) {
      Timers.every(time, SECOND, "the sweep", this::fail);
      time.pass(SECOND.multipliedBy(3));

      assertThat(runs).isEqualTo(3);
      assertThat(log.lines()).contains("the sweep failed");
    }
  }

  @Test
  void anExecutorThatIsFullIsAskedAgain() {
    Crowded crowded = new Crowded();
    List<String> done = new ArrayList<>();
    Timers.afterOn(crowded, time, SECOND, "the update", () -> done.add("updated"));
    time.pass(SECOND.multipliedBy(5));
    assertThat(done).isEmpty();

    crowded.full = false;
    time.pass(SECOND);
    assertThat(done).containsExactly("updated");
    assertThat(time.scheduled()).isZero();

    crowded.full = true;
    Timers.afterOn(crowded, time, SECOND, "the update", () -> done.add("never"));
    crowded.shutdown();
    time.pass(SECOND.multipliedBy(5));
    assertThat(time.scheduled()).as("an executor that has ended isn't asked again").isZero();
  }

  /** While it is full, the timer has time for others. */
  @Test
  void anExecutorThatIsFullIsAskedAgainAfterAPauseAlsoWithoutADelay() {
    Crowded crowded = new Crowded();
    List<String> done = new ArrayList<>();
    crowded.fullFor = 1_000;
    Timers.afterOn(crowded, time, Duration.ZERO, "the batch", () -> done.add("written"));

    time.pass(SECOND);

    assertThat(crowded.asked).isBetween(2, 11);
    crowded.full = false;
    time.pass(Timers.MIN_RETRY);
    assertThat(done).containsExactly("written");
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void aTimerThatIsShutDownDropsTasksAndFailsPauses() {
    ScheduledExecutorService ended = Executors.newSingleThreadScheduledExecutor();
    ended.shutdown();

    Timers.after(ended, SECOND, "the check", this::fail);

    assertThat(Timers.pause(ended, SECOND))
        .failsWithin(SECOND)
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(RejectedExecutionException.class);
    assertThat(runs).isZero();
  }

  @Test
  void theCauseOfAFailureIsWhatFailedFirst() {
    IllegalStateException first = new IllegalStateException("first");

    assertThat(Failures.cause(new CompletionException(new ExecutionException(first))))
        .isSameAs(first);
    assertThat(Failures.cause(first)).isSameAs(first);
    assertThat(Failures.cause(new CompletionException("without a cause", null)))
        .isInstanceOf(CompletionException.class);
    assertThat(Failures.unchecked(new CompletionException(first))).isSameAs(first);
    Exception checked = new Exception("checked");
    assertThat(Failures.unchecked(checked))
        .isInstanceOf(CompletionException.class)
        .hasCause(checked);
  }

  @Test
  void theFailureOfAStageIsLoggedAndItsSuccessIsNot() {
    try (LogLines log = new LogLines(Failures.class.getName())) {
      Failures.log(CompletableFuture.completedFuture("done"), "the end of session 1");
      Failures.log(
          CompletableFuture.failedFuture(new IllegalStateException()), "the end of session 2");

      assertThat(log.lines()).containsExactly("the end of session 2 failed");
    }
  }

  /** Rejects what it is given while it is full, and at most so often. */
  private static final class Crowded extends AbstractExecutorService {
    private boolean full = true;
    private int fullFor = Integer.MAX_VALUE;
    private int asked;
    private boolean ended;

    @Override
    public void execute(Runnable task) {
      if (full && ++asked < fullFor) {
        throw new RejectedExecutionException("full");
      }
      task.run();
    }

    @Override
    public void shutdown() {
      ended = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      ended = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return ended;
    }

    @Override
    public boolean isTerminated() {
      return ended;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
