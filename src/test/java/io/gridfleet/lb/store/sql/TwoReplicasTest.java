package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Elsewhere;
import io.gridfleet.lb.session.IdempotencyRecords.Ours;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.replica.Replica;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two stores on one PostgreSQL, as two replicas have them. */
final class TwoReplicasTest {
  private StoreAddress address;
  private SqlStore one;
  private SqlStore two;

  @BeforeEach
  void open() {
    address = StoreKind.POSTGRESQL.emptyDatabase();
    one = StoreKind.open(StoreConfig.at(address));
    two = StoreKind.open(StoreConfig.at(address));
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  @Test
  void fiftyThreadsNeverGetOneSlotTwice() throws Exception {
    DeviceId phone = device();
    int slots = 3;
    AtomicIntegerArray inUse = new AtomicIntegerArray(slots);
    AtomicInteger served = new AtomicInteger();
    Queue<Long> tokens = new ConcurrentLinkedQueue<>();

    onFiftyThreads(
        number -> {
          SqlStore own = number % 2 == 0 ? one : two;
          for (int round = 0; round < 20; round++) {
            Optional<DeviceLock> taken =
                now(own.deviceLocks().tryLock(phone, slots, "t" + number, MINUTE));
            if (taken.isPresent()) {
              DeviceLock lock = taken.get();
              assertThat(inUse.incrementAndGet(lock.slot())).as("holders of a slot").isEqualTo(1);
              tokens.add(lock.slot() * 1_000_000L + lock.token());
              served.incrementAndGet();
              inUse.decrementAndGet(lock.slot());
              assertThat(now(own.deviceLocks().release(lock))).isTrue();
            }
          }
          return null;
        });

    assertThat(served.get()).isGreaterThan(50);
    assertThat(new HashSet<>(tokens)).as("fencing tokens").hasSize(served.get());
    assertThat(now(one.deviceLocks().held())).isEmpty();
  }

  @Test
  void fiftyThreadsNeverGetMoreThanTheirTokensCap() throws Exception {
    int cap = 3;
    Quota quota = new Quota("ci", OptionalInt.of(cap));
    AtomicInteger inUse = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();

    onFiftyThreads(
        number -> {
          DeviceLocks own = (number % 2 == 0 ? one : two).deviceLocks();
          DeviceId phone = device();
          for (int round = 0; round < 20; round++) {
            LockResult answer =
                now(
                    own.tryLock(
                        new LockRequest(phone, 1, "t" + number, Optional.empty(), quota, MINUTE)));
            if (answer instanceof LockResult.Taken taken) {
              assertThat(inUse.incrementAndGet()).as("sessions").isLessThanOrEqualTo(cap);
              served.incrementAndGet();
              inUse.decrementAndGet();
              assertThat(now(own.release(taken.lock()))).isTrue();
            } else {
              assertThat(answer).isInstanceOf(LockResult.OverQuota.class);
            }
          }
          return null;
        });

    assertThat(served.get()).isGreaterThan(50);
    assertThat(now(one.deviceLocks().heldFor("ci"))).isZero();
  }

  @Test
  void aKeyIsOneReplicasUntilItAnswersOrLetsItGo() {
    IdempotencyRecords here = one.idempotencyRecords();
    IdempotencyRecords there = two.idempotencyRecords();
    assertThat(now(here.claim("key", "hash", "a"))).isEqualTo(new Ours());
    assertThat(now(there.claim("key", "other", "b"))).isEqualTo(new Elsewhere("hash"));
    now(there.release("key", "b"));
    assertThat(now(there.claim("key", "hash", "c"))).isEqualTo(new Elsewhere("hash"));

    now(here.release("key", "a"));
    assertThat(now(there.claim("key", "hash", "d"))).isEqualTo(new Ours());
    now(there.record("key", "d", new Answered("hash", 200, new byte[] {1}), MINUTE));

    assertThat(now(here.claim("key", "hash", "e"))).isInstanceOf(Answered.class);
  }

  @Test
  void aKeyOfAReplicaThatIsGoneOrSilentIsTakenOver() {
    now(one.idempotencyRecords().claim("left", "hash", "a"));
    now(one.idempotencyRecords().claim("killed", "hash", "b"));
    IdempotencyRecords there = two.idempotencyRecords();

    one.close();
    assertThat(now(there.claim("left", "hash", "c"))).isEqualTo(new Ours());

    two.jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO replicas (id, name, started, heartbeat) SELECT replica, 'x', 0,"
                        + " CAST(extract(epoch FROM now()) * 1000 AS BIGINT) - 17000"
                        + " FROM keyed_requests WHERE request_key = 'killed'"));
    assertThat(now(there.claim("killed", "hash", "d"))).isEqualTo(new Ours());
  }

  @Test
  void concurrentRequestsWithAKeyOnTwoReplicasRunOnce() throws Exception {
    AtomicIntegerArray begun = new AtomicIntegerArray(20);

    onFiftyThreads(
        number -> {
          IdempotencyRecords own = (number % 2 == 0 ? one : two).idempotencyRecords();
          for (int key = 0; key < 20; key++) {
            String name = "key" + key;
            String claim = number + "-" + key;
            // what one replica has already it would take again: it joins in memory instead
            if (number < 2 && now(own.claim(name, "hash", claim)).equals(new Ours())) {
              assertThat(begun.incrementAndGet(key)).as("requests of a key").isEqualTo(1);
              now(own.record(name, claim, new Answered("hash", 200, new byte[] {1}), MINUTE));
            }
          }
          return null;
        });

    for (int key = 0; key < 20; key++) {
      assertThat(begun.get(key)).isEqualTo(1);
    }
  }

  @Test
  void ofManyPublicationsAndEndsOfOneIdOneCounts() throws Exception {
    var id = Facts.sessionId();
    AtomicInteger published = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();

    onFiftyThreads(
        number -> {
          SqlStore own = number % 2 == 0 ? one : two;
          DeviceLock lock =
              now(own.deviceLocks().tryLock(device(), 1, "t" + number, MINUTE)).orElseThrow();
          Session session = Facts.session(id, lock, MINUTE);
          switch (now(own.sessionMap().publish(session))) {
            case PUBLISHED -> published.incrementAndGet();
            case DUPLICATE_ID -> assertThat(now(own.deviceLocks().release(lock))).isTrue();
            case LOCK_LOST -> throw new AssertionError("it was not taken");
            case RUN_OVER -> throw new AssertionError("it has none");
          }
          Optional<Session> gone = now(own.sessionMap().end(id, EndReason.CLIENT_DELETED));
          if (gone.isPresent()) {
            ended.incrementAndGet();
            assertThat(now(own.deviceLocks().release(gone.get().lock()))).isTrue();
          }
          return null;
        });

    assertThat(published.get()).isPositive();
    assertThat(ended.get()).isEqualTo(published.get());
    assertThat(now(one.deviceLocks().held())).isEmpty();
  }

  @Test
  void batchesOfActivityFromBothSidesDoNotBlockEachOther() throws Exception {
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Session session =
          Facts.session(now(one.deviceLocks().tryLock(device(), 1, "a", MINUTE)).orElseThrow());
      now(one.sessionMap().publish(session));
      sessions.add(session);
    }
    onFiftyThreads(
        number -> {
          SqlStore own = number % 2 == 0 ? one : two;
          var silent = new java.util.HashMap<io.gridfleet.lb.webdriver.SessionId, Duration>();
          sessions.forEach(session -> silent.put(session.id(), Duration.ZERO));
          now(own.sessionMap().touch(silent));
          return null;
        });
  }

  @Test
  void aTurnAndAnExpiredLockGoToOneReplica() throws Exception {
    for (int i = 0; i < 20; i++) {
      now(one.deviceLocks().tryLock(device(), 1, "dead-" + i, Duration.ZERO));
    }
    await().until(() -> now(one.deviceLocks().held()).size() == 20);
    AtomicInteger turns = new AtomicInteger();
    Queue<String> claimed = new ConcurrentLinkedQueue<>();

    onFiftyThreads(
        number -> {
          SqlStore own = number % 2 == 0 ? one : two;
          if (now(own.duties().takeTurn("reap", MINUTE))) {
            turns.incrementAndGet();
          }
          now(own.orphanedLocks().claimExpired(3, MINUTE))
              .forEach(attempt -> claimed.add(attempt.lock().holder()));
          return null;
        });

    assertThat(turns.get()).isEqualTo(1);
    assertThat(claimed).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void aReplicaReceivesTheOthersSignalsAndNotItsOwn() {
    Queue<FleetSignal> heardByOne = new ConcurrentLinkedQueue<>();
    Queue<FleetSignal> heardByTwo = new ConcurrentLinkedQueue<>();
    one.signals().onSignal(heardByOne::add);
    two.signals().onSignal(heardByTwo::add);
    List<FleetSignal> signals =
        List.of(
            new FleetSignal.Freed(device(), 2, 77),
            new FleetSignal.AvoidanceChanged(device()),
            new FleetSignal.ReservationsChanged(Optional.empty()),
            new FleetSignal.ReservationsChanged(Optional.of(device())),
            new FleetSignal.OverridesChanged(device()),
            new FleetSignal.Taken(device(), 1, 78, Optional.empty()),
            new FleetSignal.Taken(device(), 1, 79, Optional.of("checkout ci")),
            new FleetSignal.KeySettled("c0ffee"),
            new FleetSignal.Happened("{\"type\": \"run.created\"}"),
            new FleetSignal.NoneWaits("one", 7),
            new FleetSignal.WhoWaits(),
            new FleetSignal.SessionEnded("a:b;c"));
    listening();

    signals.forEach(one.signals()::publish);
    two.signals().publish(signals.get(0));

    await().untilAsserted(() -> assertThat(heardByTwo).containsExactlyElementsOf(signals));
    await().untilAsserted(() -> assertThat(heardByOne).containsExactly(signals.get(0)));
  }

  @Test
  void waitingRequestsArePublishedWithTheirTimesInAnyLength() {
    Queue<FleetSignal> received = new ConcurrentLinkedQueue<>();
    two.signals().onSignal(received::add);
    listening();
    Instant since = Instant.now().minusSeconds(7);
    for (int i = 0; i < 100; i++) {
      one.signals().publish(new FleetSignal.Waits("one", i, 5, since, "x".repeat(3_500)));
    }

    await().until(() -> received.size() == 100);
    assertThat(received)
        .allSatisfy(
            signal ->
                assertThat(((FleetSignal.Waits) signal).since())
                    .isCloseTo(since, within(1, ChronoUnit.SECONDS)));
  }

  @Test
  void thousandsOfSignalsArriveInOrder() {
    Queue<FleetSignal> received = new ConcurrentLinkedQueue<>();
    two.signals().onSignal(received::add);
    listening();
    DeviceId phone = device();
    List<FleetSignal> sent = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      sent.add(new FleetSignal.Freed(phone, 0, i));
    }

    sent.forEach(one.signals()::publish);

    await().until(() -> received.size() >= sent.size());
    assertThat(new ArrayList<>(received).equals(sent)).as("in order").isTrue();
  }

  @Test
  void bothReplicasAreAliveUntilOneStops() {
    assertThat(now(one.replicas().alive()))
        .extracting(Replica::id)
        .containsExactlyInAnyOrder(one.replicas().own(), two.replicas().own());

    two.close();

    assertThat(now(one.replicas().alive()))
        .extracting(Replica::id)
        .containsExactly(one.replicas().own());
  }

  private void listening() {
    await()
        .until(
            () ->
                one.jdbi()
                        .withHandle(
                            handle ->
                                handle
                                    .createQuery(
                                        "SELECT count(*) FROM pg_stat_activity WHERE datname ="
                                            + " current_database() AND query LIKE 'LISTEN%'")
                                    .mapTo(Integer.class)
                                    .one())
                    == 2);
  }

  private interface Part {
    Void run(int number) throws Exception;
  }

  private static void onFiftyThreads(Part part) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(50);
    try {
      List<Callable<Void>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        int number = i;
        all.add(() -> part.run(number));
      }
      Set<Throwable> failures = new HashSet<>();
      for (Future<Void> each : threads.invokeAll(all)) {
        try {
          each.get();
        } catch (java.util.concurrent.ExecutionException e) {
          failures.add(e.getCause());
        }
      }
      assertThat(failures).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }
}
