package io.gridfleet.lb.waiting;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Which rows of its queue a replica writes, and when. */
final class QueuePublicationTest {
  /** A request is seen elsewhere after this at the latest; reading the rows takes the rest. */
  private static final Duration SEEN = Duration.ofMillis(600);

  private final VirtualTime time = new VirtualTime();
  private final StoreLink link = new StoreLink(time);
  private final FakeSharedQueue store = new FakeSharedQueue(link);
  private final Set<String> waiting = new LinkedHashSet<>();

  /** Requests whose lock is requested: they aren't in the queue, and may return. */
  private final Set<String> asking = new HashSet<>();

  private int composedAtOnce;

  private final QueuePublication publication =
      new QueuePublication(
          store, this::entries, new QueuePublication.Threads(time, time, time::nanoTime));

  private List<QueueEntry> entries(Collection<String> requests) {
    composedAtOnce = Math.max(composedAtOnce, requests.size());
    return requests.stream()
        .filter(waiting::contains)
        .filter(request -> !asking.contains(request))
        .map(QueuePublicationTest::entry)
        .toList();
  }

  static QueueEntry entry(String request) {
    return new QueueEntry(
        request,
        0,
        new VirtualTime().instant(),
        new QueueEntry.Asker("ci", Optional.empty(), Optional.empty(), "selenium"),
        "asks",
        "lab:1");
  }

  private void queued(String request) {
    waiting.add(request);
    publication.queued(request);
  }

  private void left(String request) {
    waiting.remove(request);
    publication.left(request);
  }

  @Example
  void aRequestIsWrittenAndDeletedInTime() {
    link.latency(() -> Duration.ofMillis(20).toNanos());
    queued("a");
    time.pass(Duration.ofMillis(100));
    queued("b");
    time.pass(SEEN);
    assertThat(store.rows).containsOnlyKeys("a", "b");
    assertThat(store.batches).isNotEmpty();

    int before = store.batches.size();
    left("a");
    time.pass(SEEN);
    assertThat(store.rows).containsOnlyKeys("b");
    assertThat(store.batches).hasSize(before + 1);
  }

  @Example
  void aShortWaitIsNeverWritten() {
    for (int i = 0; i < 1_000; i++) {
      queued("r" + i);
      time.pass(Duration.ofMillis(2));
      if (i >= 100) {
        left("r" + (i - 100));
      }
    }
    for (int i = 900; i < 1_000; i++) {
      left("r" + i);
    }
    time.pass(Duration.ofSeconds(5));

    assertThat(store.batches).isEmpty();
  }

  @Example
  void nothingIsScheduledWhileNothingChanges() {
    queued("a");
    time.pass(SEEN);

    assertThat(time.scheduled()).isZero();
    assertThat(store.batches).containsExactly(1);
  }

  @Example
  void manyRequestsAreWrittenInBoundedBatches() {
    for (int i = 0; i < 20_000; i++) {
      queued("r" + i);
    }
    time.pass(SEEN);
    assertThat(store.rows).hasSize(20_000);
    assertThat(composedAtOnce).isEqualTo(QueuePublication.BATCH);

    for (int i = 0; i < 20_000; i++) {
      left("r" + i);
    }
    time.pass(SEEN);
    assertThat(store.rows).isEmpty();
    assertThat(store.batches).hasSize(80).allMatch(rows -> rows <= QueuePublication.BATCH);
    assertThat(publication.hasRows()).isFalse();
  }

  @Example
  void whatTheStoreDidNotTakeIsWrittenWhenItIsBack() {
    link.fates(() -> Fate.REQUEST_LOST);
    queued("a");
    queued("b");
    time.pass(Duration.ofSeconds(20));
    left("a");
    assertThat(store.rows).isEmpty();
    assertThat(store.batches).isEmpty();

    link.fates(() -> Fate.ARRIVES);
    time.pass(QueuePublication.RETRY.plus(SEEN));

    assertThat(store.rows).containsOnlyKeys("b");
    assertThat(publication.knows("a")).isFalse();
  }

  @Example
  void aDeletionThatTheStoreRefusesIsRepeated() {
    queued("a");
    queued("b");
    time.pass(SEEN);
    store.refuses = () -> true;
    left("a");
    time.pass(Duration.ofSeconds(20));
    queued("a");
    time.pass(Duration.ofSeconds(5));
    left("a");
    time.pass(Duration.ofSeconds(5));
    assertThat(store.rows).containsOnlyKeys("a", "b");

    store.refuses = () -> false;
    time.pass(QueuePublication.RETRY.plus(SEEN));

    assertThat(store.rows).containsOnlyKeys("b");
    assertThat(publication.knows("a")).isFalse();
    int before = store.batches.size();
    publication.check();
    time.pass(SEEN);
    assertThat(store.batches).as("nothing is left to write").hasSize(before);
    assertThat(time.scheduled()).isZero();
  }

  @Example
  void aBoundedNumberOfFailedDeletionsIsRepeated() {
    int excess = 3;
    for (int i = 0; i < QueuePublication.MAX_REPEATED + excess; i++) {
      queued("r" + i);
    }
    time.pass(SEEN);
    store.refuses = () -> true;
    List.copyOf(waiting).forEach(this::left);
    time.pass(SEEN);
    store.refuses = () -> false;
    time.pass(QueuePublication.RETRY.plus(SEEN));

    assertThat(store.rows).hasSize(excess);
    assertThat(publication.hasRows()).isFalse();
  }

  @Example
  void aRequestWhoseLockIsRequestedIsWrittenWhenItReturns() {
    queued("a");
    asking.add("a");
    time.pass(Duration.ofSeconds(2));
    assertThat(store.rows).isEmpty();

    asking.clear();
    time.pass(SEEN);
    assertThat(store.rows).containsOnlyKeys("a");
  }

  @Example
  void rowsThatAnotherReplicaHasDeletedAreWrittenAgain() {
    queued("a");
    queued("b");
    time.pass(SEEN);
    store.rows.clear();

    publication.check();
    time.pass(SEEN);

    assertThat(store.rows).containsOnlyKeys("a", "b");
    publication.check();
    time.pass(SEEN);
    assertThat(store.batches).hasSize(2);
  }

  /** Whatever happens, the rows are the queue once the store answers. */
  @Property(tries = 200)
  void theRowsBecomeTheQueue(@ForAll long seed) {
    Random random = new Random(seed);
    link.latency(() -> random.nextInt(400_000_000));
    link.fates(
        () ->
            switch (random.nextInt(6)) {
              case 0 -> Fate.REQUEST_LOST;
              case 1 -> Fate.ANSWER_LOST;
              default -> Fate.ARRIVES;
            });
    store.refuses = () -> random.nextInt(6) == 0;
    for (int i = 0; i < 300; i++) {
      String request = "r" + random.nextInt(12);
      if (waiting.contains(request) && random.nextBoolean()) {
        left(request);
      } else {
        queued(request);
      }
      if (random.nextInt(10) == 0) {
        publication.check();
      }
      time.pass(Duration.ofMillis(random.nextInt(300)));
    }
    link.fates(() -> Fate.ARRIVES);
    store.refuses = () -> false;
    time.pass(Duration.ofSeconds(10));
    publication.check();
    time.pass(Duration.ofSeconds(10));

    assertThat(store.rows.keySet()).isEqualTo(waiting);
    assertThat(time.scheduled()).isZero();
    waiting.forEach(request -> assertThat(publication.knows(request)).isTrue());
  }
}
