package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.published;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The background tasks of a store, on every database. */
@ParameterizedClass
@EnumSource(StoreKind.class)
final class StoreChoresTest {
  /** A heartbeat every three seconds, and a machine that is busy. */
  private static final Duration SOON = Duration.ofSeconds(20);

  private final StoreKind kind;
  private SqlStore store;

  StoreChoresTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void ofAllLocksOnlyThatOfASessionThatDoesNotLiveIsGivenToTheSweep() {
    DeviceLock attempt = lock("attempt");
    DeviceLock operator =
        now(store.deviceLocks().tryLockForOperator(device(), 1, "ann")).orElseThrow();
    Session live = published(store);
    Session lost = published(store);
    Session ended = published(store);
    now(store.sessionMap().end(ended.id(), EndReason.IDLE));
    forget(lost);
    dutiesAreDue();

    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(kinds()).containsEntry(key(lost.lock()), Kind.ENDING));

    assertThat(kinds())
        .containsOnly(
            Map.entry(key(attempt), Kind.ATTEMPT),
            Map.entry(key(operator), Kind.OPERATOR),
            Map.entry(key(live.lock()), Kind.SESSION),
            Map.entry(key(lost.lock()), Kind.ENDING),
            Map.entry(key(ended.lock()), Kind.ENDING));
    ExpiredLock claimed =
        await()
            .until(() -> now(store.orphanedLocks().claimExpired(10, MINUTE)), it -> !it.isEmpty())
            .get(0);
    assertThat(claimed.lock().device()).isEqualTo(lost.lock().device());
    assertThat(claimed.lock().holder())
        .as("by which the session is deleted on the node")
        .isEqualTo(lost.id().value());
    assertThat(now(store.orphanedLocks().cleaned(claimed))).isTrue();
    assertThat(now(store.deviceLocks().tryLock(lost.lock().device(), 1, "next", MINUTE)))
        .isPresent();
  }

  @Test
  void aLockThatWasGivenAwayDoesNotTouchTheNextOneOnItsSlot() {
    Session lost = published(store);
    forget(lost);
    assertThat(now(store.orphanedLocks().expireWithoutSession())).isEqualTo(1);
    ExpiredLock claimed =
        await()
            .until(() -> now(store.orphanedLocks().claimExpired(10, MINUTE)), it -> !it.isEmpty())
            .get(0);
    now(store.orphanedLocks().cleaned(claimed));
    DeviceLock next =
        now(store.deviceLocks().tryLock(lost.lock().device(), 1, "next", MINUTE)).orElseThrow();
    now(store.sessionMap().publish(Facts.session(next)));

    assertThat(now(store.orphanedLocks().expireWithoutSession())).isZero();
    assertThat(kinds()).containsOnly(Map.entry(key(next), Kind.SESSION));
  }

  private DeviceLock lock(String attempt) {
    return now(store.deviceLocks().tryLock(device(), 1, attempt, MINUTE)).orElseThrow();
  }

  /** As if it was changed by hand. */
  private void forget(Session session) {
    store
        .jdbi()
        .useHandle(
            handle -> handle.execute("DELETE FROM sessions WHERE id = ?", session.id().value()));
  }

  private void dutiesAreDue() {
    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM duties"));
  }

  private Map<String, Kind> kinds() {
    return now(store.deviceLocks().held()).stream()
        .collect(Collectors.toMap(held -> key(held.lock()), HeldLock::kind));
  }

  private static String key(DeviceLock lock) {
    return lock.token() + " of " + lock.device();
  }
}
