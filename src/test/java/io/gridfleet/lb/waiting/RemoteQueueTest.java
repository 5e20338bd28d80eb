package io.gridfleet.lb.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often the rows of other replicas are read, and what removals answer. */
final class RemoteQueueTest {
  /** Some of them hit each point of a call. */
  private static final int ROUNDS = 2_000;

  private final VirtualTime time = new VirtualTime();
  private final StoreLink link = new StoreLink(time);
  private final FakeSharedQueue store = new FakeSharedQueue(link);
  private final AtomicInteger reads = new AtomicInteger();
  private final RemoteQueue queue = new RemoteQueue(store, time::nanoTime);

  private void reading(Fate fate, Duration latency) {
    link.latency(latency::toNanos);
    link.fates(
        () -> {
          reads.incrementAndGet();
          return fate;
        });
  }

  private CompletableFuture<RemoteQueue.View> ask() {
    return queue.view().toCompletableFuture();
  }

  private void add(String request) {
    store.rows.put(request, QueuePublicationTest.entry(request));
  }

  @Test
  void oneReadServesEverybodyWhoAsksMeanwhileAndShortlyAfter() {
    reading(Fate.ARRIVES, Duration.ofMillis(50));
    add("a");
    List<CompletableFuture<RemoteQueue.View>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(ask());
    }
    time.pass(Duration.ofMillis(150));
    asked.add(ask());

    assertThat(reads).hasValue(1);
    assertThat(asked)
        .allSatisfy(
            view -> assertThat(view.join().entries()).extracting("request").containsExactly("a"));
    time.pass(Duration.ofMillis(150));
    ask();
    assertThat(reads).hasValue(2);
  }

  @Test
  void whoAsksAfterASignalGetsWhatIsReadAfterIt() {
    reading(Fate.ARRIVES, Duration.ofMillis(50));
    CompletableFuture<RemoteQueue.View> before = ask();
    time.pass(Duration.ofMillis(60));
    add("a");
    queue.changed();
    List<CompletableFuture<RemoteQueue.View>> after = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      after.add(ask());
    }
    assertThat(reads).as("one read at a time").hasValue(1);
    time.pass(Duration.ofMillis(200));

    assertThat(before.join().entries()).isEmpty();
    assertThat(reads).hasValue(2);
    assertThat(after).allSatisfy(view -> assertThat(view.join().entries()).hasSize(1));
    add("b");
    queue.changed();
    CompletableFuture<RemoteQueue.View> last = ask();
    time.pass(Duration.ofMillis(200));
    assertThat(last.join().entries()).hasSize(2);
  }

  /**
   * The end of an outdated reading meets a caller on another thread, at another point in each
   * round. Whatever came first, who asks during a later outdated reading waits for the one after.
   */
  @Test
  void aCallerAtTheEndOfAnOutdatedReadingLeavesNoOldResultBehind() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Deque<CompletableFuture<List<QueueEntry>>> open = new ConcurrentLinkedDeque<>();
      RemoteQueue raced = new RemoteQueue(() -> opened(open), time::nanoTime, false);
      raced.view();
      raced.changed();
      Thread end = thatCompletes(open.getLast(), round % 200);
      CompletableFuture<RemoteQueue.View> met = raced.view().toCompletableFuture();
      end.join();
      open.forEach(each -> each.complete(List.of()));
      assertThat(met).isDone();

      time.pass(Duration.ofHours(1));
      raced.view();
      raced.changed();
      assertThat(raced.view().toCompletableFuture()).as("in round %d", round).isNotDone();
    }
  }

  private static CompletableFuture<List<QueueEntry>> opened(
      Deque<CompletableFuture<List<QueueEntry>>> open) {
    CompletableFuture<List<QueueEntry>> answer = new CompletableFuture<>();
    open.add(answer);
    return answer;
  }

  /** Returns when the thread runs, which then completes the answer after some turns. */
  private static Thread thatCompletes(CompletableFuture<List<QueueEntry>> answer, int turns) {
    AtomicInteger there = new AtomicInteger();
    Runnable meet =
        () -> {
          there.incrementAndGet();
          while (there.get() < 2) {
            Thread.yield();
          }
        };
    Thread thread =
        new Thread(
            () -> {
              meet.run();
              for (int i = 0; i < turns; i++) {
                Thread.onSpinWait();
              }
              answer.complete(List.of());
            },
            "end of a reading");
    thread.start();
    meet.run();
    return thread;
  }

  @Test
  void anOutageIsSaidAndOutlasted() {
    reading(Fate.REQUEST_LOST, Duration.ZERO);
    add("a");
    assertThat(ask().join()).isEqualTo(new RemoteQueue.View(List.of(), false));

    reading(Fate.ARRIVES, Duration.ZERO);
    time.pass(Duration.ofMillis(300));
    assertThat(ask().join().complete()).isTrue();
    assertThat(ask().join().entries()).hasSize(1);
  }

  @Test
  void aBoundedNumberOfRowsIsKept() {
    reading(Fate.ARRIVES, Duration.ZERO);
    for (int i = 0; i < RemoteQueue.MAX_ENTRIES + 7; i++) {
      add("r" + i);
    }
    RemoteQueue.View view = ask().join();

    assertThat(view.entries()).hasSize(RemoteQueue.MAX_ENTRIES);
    assertThat(view.complete()).isFalse();
  }

  @Test
  void aRemovalIsAnsweredByItsReplicaOrAsRequested() {
    RemoteRemovals removals = new RemoteRemovals(store, time);
    add("a");
    add("b");
    add("c");
    var removed = removals.remove("a", "why").toCompletableFuture();
    var gone = removals.remove("b", "why").toCompletableFuture();
    var silent = removals.remove("c", "why").toCompletableFuture();
    var again = removals.remove("c", "why").toCompletableFuture();
    var unknown = removals.remove("d", "why").toCompletableFuture();

    removals.answered("a", true);
    removals.answered("b", false);
    removals.answered("never-asked", true);
    assertThat(silent).isNotDone();
    time.pass(RemoteRemovals.PATIENCE);

    assertThat(store.removals).containsExactly("a", "b", "c", "c");
    assertThat(removed.join()).isEqualTo(RemoteRemovals.Outcome.REMOVED);
    assertThat(gone.join()).isEqualTo(RemoteRemovals.Outcome.NOT_WAITING);
    assertThat(silent.join()).isEqualTo(RemoteRemovals.Outcome.REQUESTED);
    assertThat(again.join()).isEqualTo(RemoteRemovals.Outcome.REQUESTED);
    assertThat(unknown.join()).isEqualTo(RemoteRemovals.Outcome.NOT_WAITING);
  }
}
