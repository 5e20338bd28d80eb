package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.waiting.QueueEntry;
import io.gridfleet.lb.waiting.QueuePublication;
import io.gridfleet.lb.waiting.SharedQueue;
import io.gridfleet.lb.waiting.SharedQueue.Removal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of waiting requests in the store. */
final class SharedQueueTest {
  private static final Instant ARRIVED = Instant.parse("2026-11-28T06:00:00.123Z");

  private static QueueEntry entry(String request, int priority, int after) {
    return new QueueEntry(
        request,
        priority,
        ARRIVED.plusMillis(after),
        new QueueEntry.Asker("ci", Optional.of("run-1"), Optional.of("te\u0000st"), "selenium"),
        "\nmodel%3Ax   ",
        "lab:1");
  }

  private static void silence(SqlStore replica) {
    replica
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "UPDATE replicas SET heartbeat = 1 WHERE id = ?", replica.replicas().own()));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aReplicaWritesItsRowsAndDoesNotReadThemAsOthers(StoreKind kind) {
    try (SqlStore store = kind.open()) {
      SharedQueue queue = store.sharedQueue();
      assertThat(now(queue.write(List.of(entry("a", 0, 0), entry("b", 0, 0)), Set.of()))).isTrue();
      assertThat(now(queue.write(List.of(entry("b", 0, 0)), Set.of("a", "unknown")))).isTrue();

      assertThat(now(queue.own())).isEqualTo(1);
      assertThat(now(queue.others(10))).isEmpty();
      assertThat(now(queue.askRemoval("b", "why"))).isFalse();
      assertThat(now(queue.takeRemovals())).isEmpty();
    }
  }

  @Test
  void anotherReplicaReadsThemInTheOrderOfTheQueueWhileTheirReplicaLives() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    try (SqlStore one = StoreKind.open(shared);
        SqlStore two = StoreKind.open(shared)) {
      SharedQueue queue = two.sharedQueue();
      now(
          one.sharedQueue()
              .write(
                  List.of(entry("late", 0, 9), entry("first", 0, 1), entry("urgent", 5, 20)),
                  Set.of()));
      now(queue.write(List.of(entry("own", 9, 0)), Set.of("late")));

      assertThat(now(queue.others(10)))
          .extracting(QueueEntry::request)
          .containsExactly("urgent", "first", "late");
      assertThat(now(queue.others(2))).hasSize(2);
      QueueEntry read = now(queue.others(10)).get(1);
      assertThat(read.arrived()).isEqualTo(ARRIVED.plusMillis(1));
      assertThat(read.asks()).isEqualTo(entry("", 0, 0).asks());
      assertThat(read.asker().testName().orElseThrow()).startsWith("te").endsWith("st");
      silence(one);
      assertThat(now(queue.others(10))).isEmpty();
      assertThat(now(queue.askRemoval("first", "why"))).isFalse();
      new Pruning(two.jdbi(), Duration.ofDays(14)).run();
      assertThat(now(one.sharedQueue().own())).as("pruned").isZero();
      assertThat(now(queue.own())).isEqualTo(1);
    }
  }

  /** Each change takes a while, so that both hold a row before their second. */
  @Test
  void aBatchAndATakeOfRemovalsNeverWaitForEachOther() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.migratedDatabase());
    try (SqlStore one = StoreKind.open(shared);
        SqlStore two = StoreKind.open(shared)) {
      StatementScript.execute(
          one.jdbi(),
          "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN PERFORM pg_sleep(0.02); RETURN NULL; END'",
          "CREATE TRIGGER slow AFTER UPDATE OR DELETE ON waiting_requests"
              + " FOR EACH ROW EXECUTE FUNCTION slow()");
      SharedQueue queue = one.sharedQueue();
      List<String> requests = List.of("a", "b", "c", "d");
      for (int round = 0; round < 3; round++) {
        now(queue.write(requests.stream().map(each -> entry(each, 0, 0)).toList(), Set.of()));
        requests.forEach(
            each -> assertThat(now(two.sharedQueue().askRemoval(each, "why"))).isTrue());
        CompletionStage<?> taken = queue.takeRemovals();
        CompletionStage<?> left =
            queue.write(List.of(), new LinkedHashSet<>(List.of("d", "c", "b", "a")));
        now(taken);
        assertThat(now(left)).isEqualTo(true);
      }
      assertThat(GroupDeadlockTest.deadlocks(one)).isZero();
    }
  }

  @Test
  void aRemovalIsTakenOnceByItsReplica() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    try (SqlStore one = StoreKind.open(shared);
        SqlStore two = StoreKind.open(shared)) {
      now(one.sharedQueue().write(List.of(entry("a", 0, 0)), Set.of()));

      assertThat(now(two.sharedQueue().askRemoval("a", "The lab moves"))).isTrue();
      assertThat(now(two.sharedQueue().askRemoval("none", "The lab moves"))).isFalse();

      assertThat(now(two.sharedQueue().takeRemovals())).isEmpty();
      assertThat(now(one.sharedQueue().takeRemovals()))
          .containsExactly(new Removal("a", "The lab moves"));
      assertThat(now(one.sharedQueue().takeRemovals())).isEmpty();
    }
  }

  /** It may be frozen only. */
  @Test
  void aRemovalWaitsForASilentReplica() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    try (SqlStore one = StoreKind.open(shared);
        SqlStore two = StoreKind.open(shared)) {
      now(one.sharedQueue().write(List.of(entry("a", 0, 0), entry("b", 0, 1)), Set.of()));
      assertThat(now(two.sharedQueue().askRemoval("a", "The lab moves"))).isTrue();
      silence(one);
      new Pruning(two.jdbi(), Duration.ofDays(14)).run();

      assertThat(now(one.sharedQueue().own())).isEqualTo(1);
      assertThat(now(one.sharedQueue().takeRemovals()))
          .containsExactly(new Removal("a", "The lab moves"));
      new Pruning(two.jdbi(), Duration.ofDays(14)).run();
      assertThat(now(one.sharedQueue().own())).isZero();
    }
  }

  @Test
  void aReplicaThatStopsLeavesNoRow() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    try (SqlStore two = StoreKind.open(shared)) {
      try (SqlStore one = StoreKind.open(shared)) {
        now(one.sharedQueue().write(List.of(entry("a", 0, 0)), Set.of()));
      }
      int rows =
          two.jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("SELECT count(*) FROM waiting_requests")
                          .mapTo(Integer.class)
                          .one());
      assertThat(rows).isZero();
    }
  }

  @Test
  void anOutageOfTheStoreIsOutlasted() throws Exception {
    Postgres direct = (Postgres) StoreKind.POSTGRESQL.emptyDatabase();
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try (TcpLink link = new TcpLink(direct.hosts());
        SqlStore other = StoreKind.open(StoreConfig.at(direct));
        SqlStore store =
            StoreKind.open(
                StoreConfig.at(
                    new Postgres(
                        direct.user(), link.hostAndPort(), direct.database(), direct.options())))) {
      QueuePublication publication =
          new QueuePublication(
              store.sharedQueue(),
              requests -> requests.stream().map(request -> entry(request, 0, 0)).toList(),
              new QueuePublication.Threads(timer, timer, System::nanoTime));
      publication.queued("a");
      publication.queued("b");
      await().until(() -> now(other.sharedQueue().others(10)).size() == 2);

      link.cut();
      publication.left("a");
      publication.queued("c");
      await().until(() -> !store.isUp());
      link.restore();

      await()
          .untilAsserted(
              () ->
                  assertThat(now(other.sharedQueue().others(10)))
                      .extracting(QueueEntry::request)
                      .containsExactlyInAnyOrder("b", "c"));
    } finally {
      timer.shutdownNow();
    }
  }
}
