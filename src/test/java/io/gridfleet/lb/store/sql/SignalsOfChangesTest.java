package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreFaultException;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes are signalled to the other replica by the transactions that make them. */
final class SignalsOfChangesTest {
  private final Queue<FleetSignal> received = new ConcurrentLinkedQueue<>();
  private SqlStore store;
  private SqlStore other;

  @BeforeEach
  void open() {
    StoreAddress address = StoreKind.POSTGRESQL.migratedDatabase();
    store = StoreKind.open(StoreConfig.at(address));
    other = StoreKind.open(StoreConfig.at(address));
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
    FleetSignal marker = new FleetSignal.OverridesChanged(device());
    await()
        .until(
            () -> {
              store.signals().publish(marker);
              return received.contains(marker);
            });
    received.removeIf(FleetSignal.OverridesChanged.class::isInstance);
  }

  private List<FleetSignal> receivedNow() {
    awaitMarker();
    return received.stream()
        .filter(each -> !(each instanceof FleetSignal.OverridesChanged))
        .toList();
  }

  private DeviceLock lock() {
    return now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
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
        .containsExactlyInAnyOrderElementsOf(
            locks.stream().filter(lock -> lock != bad).map(SignalsOfChangesTest::freed).toList());
  }
}
