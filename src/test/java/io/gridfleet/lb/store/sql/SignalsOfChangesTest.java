package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreFaultException;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.signal.StoreSignals;
import io.gridfleet.lb.waiting.QueueEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Changes are signalled to the other replica by the transactions that make them. */
final class SignalsOfChangesTest {
  private static final String MARKER = "marker";
  private static final Instant LATER = Instant.ofEpochMilli(Long.MAX_VALUE);
  private static final FleetSignal RESERVATIONS =
      new FleetSignal.ReservationsChanged(Optional.empty());

  private final Queue<FleetSignal> received = new ConcurrentLinkedQueue<>();
  private StoreAddress address;
  private SqlStore store;
  private SqlStore other;
  private int markers;

  @BeforeEach
  void open() {
    address = StoreKind.POSTGRESQL.migratedDatabase();
    store = StoreKind.open(StoreConfig.at(address));
    other = StoreKind.open(StoreConfig.at(address));
    now(other.sharedQueue().write(List.of(waiting("elsewhere")), Set.of()));
    other.signals().onSignal(received::add);
    awaitMarker();
    received.clear();
  }

  @AfterEach
  void close() {
    store.close();
    other.close();
  }

  /** Signals arrive in the order of the commits; what was sent before this one has arrived. */
  private void awaitMarker() {
    FleetSignal marker = new FleetSignal.NoneWaits(MARKER, ++markers);
    await()
        .until(
            () -> {
              store.signals().publish(marker);
              return received.contains(marker);
            });
    received.removeIf(SignalsOfChangesTest::isMarker);
  }

  private static boolean isMarker(FleetSignal signal) {
    return signal instanceof FleetSignal.NoneWaits none && none.replica().equals(MARKER);
  }

  private List<FleetSignal> receivedNow() {
    awaitMarker();
    return received.stream().filter(each -> !isMarker(each)).toList();
  }

  private DeviceLock lock() {
    return lock(device());
  }

  private DeviceLock lock(DeviceId device) {
    return now(store.deviceLocks().tryLock(device, 1, "attempt", MINUTE)).orElseThrow();
  }

  private static FleetSignal freed(DeviceLock lock) {
    return new FleetSignal.Freed(lock.device(), lock.slot(), lock.token());
  }

  private static FleetSignal ended(Session session) {
    return new FleetSignal.SessionEnded(session.id().value());
  }

  @Test
  void aReleaseOnceAndOnlyByTheCallerThatFreed() {
    DeviceLock lock = lock();

    now(store.deviceLocks().release(lock));
    now(store.deviceLocks().release(lock));

    assertThat(receivedNow()).containsExactly(freed(lock));
  }

  @Test
  void anEndAndALaterRelease() {
    Session session = published(store);

    now(store.sessionMap().end(session.id(), EndReason.IDLE));
    now(store.sessionMap().end(session.id(), EndReason.IDLE));
    now(store.deviceLocks().release(session.lock()));

    assertThat(receivedNow()).containsExactly(ended(session), freed(session.lock()));
  }

  @Test
  void anEndThatFreesTheDevice() {
    Session session = published(store);

    now(store.sessionMap().endAndFree(session.id(), EndCause.of(EndReason.CLIENT_DELETED)));

    assertThat(receivedNow()).containsExactly(ended(session), freed(session.lock()));
  }

  @Test
  void aLockWhileRequestsWaitElsewhereAndOneOfATenantWithALimit() {
    RemoteWaiters waiting = new RemoteWaiters(Duration.ZERO, true);
    Quota noLimit = new Quota("free", OptionalInt.empty());
    Quota limit = new Quota("ci", OptionalInt.of(10));

    DeviceLock seen = lock(noLimit, waiting);
    lock(noLimit, RemoteWaiters.NONE);
    DeviceLock counted = lock(limit, RemoteWaiters.NONE);
    List<DeviceLock> together =
        HeldWriter.together(
                StoreKind.POSTGRESQL,
                store,
                () -> Stream.of(noLimit, limit).map(each -> tryLock(each, waiting)).toList())
            .stream()
            .map(SignalsOfChangesTest::taken)
            .toList();

    assertThat(receivedNow())
        .filteredOn(FleetSignal.Taken.class::isInstance)
        .containsExactlyInAnyOrder(
            taken(seen, ""),
            taken(counted, "ci"),
            taken(together.get(0), ""),
            taken(together.get(1), "ci"));
  }

  private CompletionStage<LockResult> tryLock(Quota quota, RemoteWaiters elsewhere) {
    LockRequest request = new LockRequest(device(), 1, "attempt", Optional.empty(), quota, MINUTE);
    return store.deviceLocks().tryLock(request, elsewhere);
  }

  private DeviceLock lock(Quota quota, RemoteWaiters elsewhere) {
    return taken(tryLock(quota, elsewhere));
  }

  private static DeviceLock taken(CompletionStage<LockResult> result) {
    return ((LockResult.Taken) now(result)).lock();
  }

  private static FleetSignal taken(DeviceLock lock, String tenant) {
    return new FleetSignal.Taken(
        lock.device(),
        lock.slot(),
        lock.token(),
        Optional.of(tenant).filter(name -> !name.isEmpty()));
  }

  @Test
  void theBeginningAndTheEndOfAnAvoidanceAndNotOneThatWasNotThere() {
    DeviceId device = device();

    now(store.avoidedDevices().endAvoidance(device));
    now(store.avoidedDevices().avoid(device, MINUTE, "cause"));
    now(store.avoidedDevices().endAvoidance(device));
    now(store.avoidedDevices().endAvoidance(device));

    FleetSignal changed = new FleetSignal.AvoidanceChanged(device);
    assertThat(receivedNow()).containsExactly(changed, changed);
  }

  @Test
  void aChangedOverride() {
    DeviceId device = device();

    now(maintenance(store, device));

    assertThat(receivedNow()).containsExactly(new FleetSignal.OverridesChanged(device));
  }

  private static CompletionStage<?> maintenance(SqlStore store, DeviceId device) {
    return store
        .deviceOverrides()
        .change(
            device,
            known -> new DeviceOverride(device, Optional.of("test"), known.tags(), Map.of()));
  }

  @Test
  void reservationsThatAreMadeChangedAndReleasedAndNotAHeartbeat() {
    DeviceId device = device();
    RunCommands commands =
        RunLab.commands(
            store.runs(), (id, by) -> CompletableFuture.completedStage(null), new RunListener() {});
    Run run = now(reserve(store, device));
    assertThat(receivedNow()).containsExactly(RESERVATIONS);

    now(commands.beat(run.id()));
    assertThat(receivedNow()).containsExactly(RESERVATIONS);

    now(commands.claim(run.id(), "worker"));
    assertThat(receivedNow()).containsExactly(RESERVATIONS, RESERVATIONS);

    now(commands.complete(run.id()));
    now(store.runs().change(run.id(), (ended, time) -> ended));
    assertThat(receivedNow()).containsExactly(RESERVATIONS, RESERVATIONS, RESERVATIONS);
  }

  @Test
  void noReservationWhereDevicesAreMissing() {
    DeviceId device = device();
    lock(device);

    assertThat(now(reserving(store, device))).isInstanceOf(Runs.Reserving.Shortage.class);

    assertThat(receivedNow()).isEmpty();
  }

  private static CompletionStage<Run> reserve(SqlStore store, DeviceId device) {
    return reserving(store, device).thenApply(done -> ((Runs.Reserving.Reserved) done).run());
  }

  private static CompletionStage<Runs.Reserving> reserving(SqlStore store, DeviceId device) {
    RunRequest request = new RunRequest("nightly", List.of(), MINUTE, MINUTE, Optional.empty());
    Reservation phone = Reservation.of(device, new ReservedDevice(Map.of(), Map.of()));
    return store
        .runs()
        .reserve(RunId.random(), request, List.of(new Runs.Want(1, 1, List.of(phone))));
  }

  @Test
  void aSignOutOnce() {
    now(store.signInRecords().end("sign-in", LATER));
    now(store.signInRecords().end("sign-in", LATER));

    assertThat(receivedNow()).containsExactly(new FleetSignal.SignedOut("sign-in"));
  }

  @Test
  void rowsOfWaitingRequestsAndTheRemovalOfOneThatWaits() {
    now(store.sharedQueue().write(List.of(waiting("here")), Set.of()));
    now(store.sharedQueue().write(List.of(), Set.of("here")));
    assertThat(now(store.sharedQueue().askRemoval("here", "why"))).isFalse();
    assertThat(now(store.sharedQueue().askRemoval("else\0where", "why"))).isFalse();
    assertThat(now(store.sharedQueue().askRemoval("elsewhere", "why"))).isTrue();

    FleetSignal changed = new FleetSignal.QueueChanged();
    assertThat(receivedNow())
        .containsExactly(changed, changed, new FleetSignal.RemovalRequested("elsewhere"));
  }

  private static QueueEntry waiting(String request) {
    QueueEntry.Asker asker = new QueueEntry.Asker("ci", Optional.empty(), Optional.empty(), "test");
    return new QueueEntry(request, 0, Instant.EPOCH, asker, "asks", "lab:1");
  }

  /** The statements that signal, each with the table that it changes. */
  private static Stream<Arguments> operations() {
    return Stream.of(
        Arguments.of(
            "device_locks",
            (Operation)
                (store, device) ->
                    store
                        .deviceLocks()
                        .tryLock(
                            new LockRequest(
                                device,
                                1,
                                "attempt",
                                Optional.empty(),
                                new Quota("", OptionalInt.empty()),
                                MINUTE),
                            new RemoteWaiters(Duration.ZERO, true))),
        Arguments.of(
            "avoided_devices",
            (Operation) (store, device) -> store.avoidedDevices().avoid(device, MINUTE, "cause")),
        Arguments.of("device_overrides", (Operation) SignalsOfChangesTest::maintenance),
        Arguments.of("runs", (Operation) SignalsOfChangesTest::reserve),
        Arguments.of(
            "ended_sign_ins",
            (Operation) (store, device) -> store.signInRecords().end(device.value(), LATER)),
        Arguments.of(
            "waiting_requests",
            (Operation)
                (store, device) ->
                    store.sharedQueue().write(List.of(waiting(device.value())), Set.of())),
        Arguments.of(
            "waiting_requests",
            (Operation) (store, device) -> store.sharedQueue().askRemoval("elsewhere", "why")));
  }

  private interface Operation {
    CompletionStage<?> on(SqlStore store, DeviceId device);
  }

  private void atCommit(String table, String statement) {
    StatementScript.execute(
        store.jdbi(),
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
            + statement
            + "; RETURN NULL; END'",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT OR UPDATE ON "
            + table
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()");
  }

  @ParameterizedTest
  @MethodSource("operations")
  void nothingThatIsRolledBackInItsCommit(String table, Operation operation) {
    atCommit(table, "RAISE EXCEPTION ''refused''");

    assertThat(isRefused(operation.on(store, device()))).isTrue();

    assertThat(receivedNow()).isEmpty();
  }

  /** Rows of the queue that the store refuses aren't a failure of their caller. */
  private static boolean isRefused(CompletionStage<?> answer) {
    try {
      return Boolean.FALSE.equals(now(answer));
    } catch (StoreFaultException refused) {
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void whatIsCommittedAlthoughItsAnswerIsLost(String table, Operation operation)
      throws IOException {
    Postgres direct = (Postgres) address;
    DeviceId device = device();
    try (TcpLink link = new TcpLink(direct.hosts());
        SqlStore far =
            StoreKind.open(
                StoreConfig.at(
                    new Postgres(
                        direct.user(), link.hostAndPort(), direct.database(), direct.options())))) {
      atCommit(table, "PERFORM pg_advisory_xact_lock(1)");
      CompletionStage<?> answer =
          store
              .jdbi()
              .inTransaction(handle -> cutInCommit(handle, link, () -> operation.on(far, device)));

      assertThatThrownBy(() -> now(answer)).isInstanceOf(StoreUnavailableException.class);
      await().until(() -> received.stream().anyMatch(each -> isOf(device, each)));
    }
  }

  /** Breaks the connection while the commit waits for the end of this transaction. */
  private CompletionStage<?> cutInCommit(
      Handle handle, TcpLink link, Supplier<CompletionStage<?>> operation) throws IOException {
    handle.execute("SELECT pg_advisory_xact_lock(1)");
    CompletionStage<?> answer = operation.get();
    await()
        .until(
            () ->
                handle
                        .select(
                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                                + " AND NOT granted AND database = (SELECT oid FROM pg_database"
                                + " WHERE datname = current_database())")
                        .mapTo(Integer.class)
                        .one()
                    == 1);
    link.cut();
    return answer;
  }

  private static boolean isOf(DeviceId device, FleetSignal signal) {
    return (signal instanceof FleetSignal.Taken taken && taken.device().equals(device))
        || signal.equals(new FleetSignal.AvoidanceChanged(device))
        || signal.equals(new FleetSignal.OverridesChanged(device))
        || signal.equals(RESERVATIONS)
        || signal.equals(new FleetSignal.SignedOut(device.value()))
        || signal.equals(new FleetSignal.RemovalRequested("elsewhere"))
        || signal.equals(new FleetSignal.QueueChanged());
  }

  @Test
  void aReleaseAndAnEndThatAreWrittenAfterAnOutage() {
    AtomicLong nanos = new AtomicLong();
    StoreSignals signals = new StoreSignals("test", new StoreClock(InstantSource.system()), true);
    DeferredWrites writes = new DeferredWrites(StoreListener.SILENT, nanos::get, signals);
    DeviceLock lock = lock();
    Session session = published(store);
    EndCause idle = EndCause.of(EndReason.IDLE);
    for (DeferredWrites.Deferred each :
        List.of(
            new DeferredWrites.Release(lock),
            new DeferredWrites.End(session.id(), idle, System.nanoTime()))) {
      writes.unlessWritten(
          CompletableFuture.failedFuture(new StoreUnavailableException("as configured", null)),
          each);
    }
    atCommit("device_locks", "RAISE EXCEPTION ''refused''");
    writes.write(store.jdbi());
    assertThat(receivedNow()).isEmpty();

    StatementScript.execute(store.jdbi(), "DROP TRIGGER at_commit ON device_locks");
    nanos.addAndGet(MINUTE.toNanos());
    writes.write(store.jdbi());

    assertThat(receivedNow()).containsExactlyInAnyOrder(freed(lock), ended(session));
  }

  @Test
  void aKeyThatWasReleased() {
    now(store.idempotencyRecords().claim("key", "hash", "claim"));

    now(store.idempotencyRecords().release("key", "claim"));

    assertThat(receivedNow()).containsExactly(new FleetSignal.KeySettled("key"));
  }

  @Test
  void anExpiredLockThatWasCleanedUp() {
    now(store.deviceLocks().tryLock(device(), 1, "attempt", Duration.ofMillis(-1)));
    var claimed = now(store.orphanedLocks().claimExpired(1, MINUTE)).get(0);

    assertThat(now(store.orphanedLocks().cleaned(claimed))).isTrue();

    assertThat(receivedNow()).containsExactly(freed(claimed.lock()));
  }

  @Test
  void manyChangesOfAGroupAndNoneOfTheOneThatFailed() {
    List<DeviceLock> locks = List.of(lock(), lock(), lock(), lock());
    DeviceLock bad = locks.get(2);
    StatementScript.execute(
        store.jdbi(),
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE EXCEPTION ''refused''; END'",
        "CREATE TRIGGER refuse AFTER UPDATE ON device_locks FOR EACH ROW WHEN (NEW.device = '"
            + bad.device()
            + "') EXECUTE FUNCTION refuse()");

    List<CompletionStage<Boolean>> answers =
        HeldWriter.together(
            StoreKind.POSTGRESQL,
            store,
            () -> locks.stream().map(store.deviceLocks()::release).toList());

    assertThatThrownBy(() -> now(answers.get(2))).isInstanceOf(StoreFaultException.class);
    assertThat(receivedNow())
        .filteredOn(FleetSignal.Freed.class::isInstance)
        .containsExactlyInAnyOrderElementsOf(
            locks.stream().filter(lock -> lock != bad).map(SignalsOfChangesTest::freed).toList());
  }
}
