package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The groups of two replicas lock the same rows at the same time, in random orders. */
final class GroupDeadlockTest {
  private static final int ROUNDS = 60;
  private static final int DEVICES = 12;

  private final Random random = new Random(7);
  private final Queue<Session> live = new ConcurrentLinkedQueue<>();
  private final AtomicInteger groups = new AtomicInteger();

  @Test
  void twoReplicasWithTheSameKeysNeverWaitForEachOther() {
    StoreAddress database = StoreKind.POSTGRESQL.migratedDatabase();
    StoreListener counting =
        new StoreListener() {
          @Override
          public void groupCommitted(int operations) {
            groups.incrementAndGet();
          }
        };
    try (SqlStore one = StoreKind.open(StoreConfig.at(database), counting);
        SqlStore two = StoreKind.open(StoreConfig.at(database), counting)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<Supplier<CompletionStage<?>>> operations = new ArrayList<>();
        List<Session> ended = new ArrayList<>(live);
        live.clear();
        for (SqlStore store : List.of(one, two)) {
          for (int i = 0; i < DEVICES; i++) {
            String name = "d" + i;
            operations.add(() -> lockAndPublish(store, name));
            operations.add(() -> store.avoidedDevices().avoid(DeviceId.of(name), MINUTE, "test"));
            operations.add(() -> store.avoidedDevices().endAvoidance(DeviceId.of(name)));
            operations.add(() -> store.idempotencyRecords().claim(name, "hash", name + "c"));
            operations.add(() -> store.idempotencyRecords().release(name, name + "c"));
          }
          ended.forEach(session -> operations.add(() -> end(store, session)));
        }
        Collections.shuffle(operations, random);
        List<CompletionStage<?>> stages = new ArrayList<>();
        operations.forEach(each -> stages.add(each.get()));
        stages.forEach(Facts::now);
      }
      assertThat(groups.get()).as("groups").isGreaterThan(ROUNDS);
      assertThat(deadlocks(one)).isZero();
      assertThat(one.isUp() && two.isUp()).isTrue();
    }
  }

  /** Each update takes a while, so that two transactions hold a row each before their second. */
  @Test
  void aPublicationItsWithdrawalAndItsEndNeverWaitForEachOther() {
    StoreAddress database = StoreKind.POSTGRESQL.migratedDatabase();
    try (SqlStore one = StoreKind.open(StoreConfig.at(database));
        SqlStore two = StoreKind.open(StoreConfig.at(database))) {
      slowUpdates(one);
      for (int round = 0; round < 12; round++) {
        boolean published = round % 3 != 0;
        DeviceLock lock =
            Facts.now(one.deviceLocks().tryLock(Facts.device(), 1, "attempt", MINUTE))
                .orElseThrow();
        Session session = Facts.session(new SessionId("s" + round), lock, MINUTE);
        CompletionStage<?> publication = one.sessionMap().publish(session);
        if (published) {
          Facts.now(publication);
        }
        CompletionStage<?> withdrawal = one.sessionMap().withdraw(session, EndReason.CLIENT_GONE);
        CompletionStage<?> end = two.sessionMap().end(session.id(), EndReason.IDLE);
        List.of(publication, withdrawal, end).forEach(Facts::now);
        assertThat(Facts.now(one.sessionMap().find(session.id()))).isEmpty();
        assertThat(Facts.now(one.deviceLocks().release(lock))).isTrue();
      }
      assertThat(deadlocks(one)).isZero();
    }
  }

  /** A transaction that holds one row, then wants those that the expiry may have by then. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theExpiryOfLocksWithoutASessionWaitsForNoRow(int first) {
    try (SqlStore store = StoreKind.POSTGRESQL.open()) {
      List<DeviceLock> lost = List.of(lost(store), lost(store), lost(store));
      CompletionStage<Integer> expiry =
          store
              .jdbi()
              .inTransaction(
                  handle -> {
                    lock(handle, lost.get(first));
                    CompletionStage<Integer> running = store.orphanedLocks().expireWithoutSession();
                    await().until(() -> isDone(running) || isWaiting(store));
                    lost.forEach(each -> lock(handle, each));
                    return running;
                  });

      int expired = Facts.now(expiry);
      assertThat(deadlocks(store)).isZero();
      assertThat(expired).as("those that nobody had locked").isEqualTo(2);
      assertThat(Facts.now(store.orphanedLocks().expireWithoutSession())).isEqualTo(1);
    }
  }

  /** A session's lock whose session was deleted by hand. */
  private static DeviceLock lost(SqlStore store) {
    Session session = Facts.published(store);
    store
        .jdbi()
        .useHandle(
            handle -> handle.execute("DELETE FROM sessions WHERE id = ?", session.id().value()));
    return session.lock();
  }

  private static void lock(Handle handle, DeviceLock lock) {
    handle
        .select("SELECT token FROM device_locks WHERE device = ? FOR UPDATE", lock.device().value())
        .mapTo(Long.class)
        .one();
  }

  private static boolean isDone(CompletionStage<?> stage) {
    return stage.toCompletableFuture().isDone();
  }

  private static boolean isWaiting(SqlStore store) {
    return store
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .select(
                            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                + " AND datname = current_database()")
                        .mapTo(Integer.class)
                        .one())
        > 0;
  }

  private static void slowUpdates(SqlStore store) {
    StatementScript.execute(
        store.jdbi(),
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END'",
        "CREATE TRIGGER slow AFTER UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION slow()",
        "CREATE TRIGGER slow AFTER UPDATE ON device_locks FOR EACH ROW EXECUTE FUNCTION slow()");
  }

  private CompletionStage<?> lockAndPublish(SqlStore store, String device) {
    Quota quota =
        random.nextBoolean()
            ? new Quota("tenant" + random.nextInt(4), OptionalInt.of(1_000))
            : new Quota("free", OptionalInt.empty());
    LockRequest request =
        new LockRequest(DeviceId.of(device), 1, "attempt", Optional.empty(), quota, MINUTE);
    return store
        .deviceLocks()
        .tryLock(request)
        .thenCompose(
            result ->
                result instanceof LockResult.Taken taken
                    ? publish(store, taken.lock())
                    : CompletableFuture.completedFuture(null));
  }

  private CompletionStage<?> publish(SqlStore store, DeviceLock lock) {
    Session session =
        Facts.session(new SessionId(lock.device().value() + "-" + lock.token()), lock, MINUTE);
    return store.sessionMap().publish(session).thenAccept(done -> live.add(session));
  }

  /** Both replicas try to end it; one frees its device. */
  private static CompletionStage<?> end(SqlStore store, Session session) {
    return store
        .sessionMap()
        .end(session.id(), EndReason.IDLE)
        .thenCompose(
            ended ->
                ended.isPresent()
                    ? store.deviceLocks().release(session.lock())
                    : CompletableFuture.completedFuture(false));
  }

  static long deadlocks(SqlStore store) {
    return store
        .jdbi()
        .withHandle(
            handle -> {
              handle.execute("SELECT pg_stat_clear_snapshot()");
              return handle
                  .select(
                      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
                  .mapTo(Long.class)
                  .one();
            });
  }
}
