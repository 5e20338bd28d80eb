package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.ExpiredLock;
import io.gridfleet.lb.session.OrphanedLocks;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link DeviceLocks} and {@link OrphanedLocks} promise, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class DeviceLocksContractTest {
  private static final Duration MOMENT = Duration.ofMillis(30);

  private final StoreKind kind;
  private static final SessionLimits LIMITS =
      new SessionLimits(Duration.ofMinutes(3), Duration.ofSeconds(90));

  private final DeviceId phone = device();
  private SqlStore store;
  private DeviceLocks locks;

  DeviceLocksContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    locks = store.deviceLocks();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aFreeSlotIsTakenOnce() {
    DeviceLock lock = lock("attempt-1").orElseThrow();

    assertThat(lock).isEqualTo(new DeviceLock(phone, 0, "attempt-1", 1));
    assertThat(lock("attempt-2")).isEmpty();
  }

  @Test
  void slotsAreTakenFromTheFirstOneAndEndWhenAllAreTaken() {
    assertThat(List.of(slot(3, "a"), slot(3, "b"), slot(3, "c"))).containsExactly(0, 1, 2);
    assertThat(now(locks.tryLock(phone, 3, "d", MINUTE))).isEmpty();
  }

  @Test
  void aReleasedSlotIsTakenAgainWithALargerToken() {
    DeviceLock first = lock("a").orElseThrow();

    assertThat(now(locks.release(first))).isTrue();
    DeviceLock second = lock("b").orElseThrow();

    assertThat(second.token()).isGreaterThan(first.token());
    assertThat(now(locks.release(first))).as("the old lock frees nothing").isFalse();
    assertThat(lock("c")).isEmpty();
    assertThat(now(locks.release(second))).isTrue();
    assertThat(now(locks.release(second))).as("twice").isFalse();
  }

  @Test
  void aMiddleSlotThatIsFreedIsTheNextToBeTaken() {
    now(locks.tryLock(phone, 3, "a", MINUTE));
    DeviceLock middle = now(locks.tryLock(phone, 3, "b", MINUTE)).orElseThrow();
    now(locks.tryLock(phone, 3, "c", MINUTE));

    now(locks.release(middle));

    assertThat(slot(3, "d")).isEqualTo(1);
  }

  @Test
  void aSlotIsTakenOnlyWhenItHasBeenFreeForAsLongAsWasAsked() {
    assertThat(freeFor(2, MINUTE)).as("never taken").isPresent();
    DeviceLock second = freeFor(2, MINUTE).orElseThrow();
    now(locks.release(second));

    assertThat(freeFor(2, MINUTE)).as("just freed").isEmpty();
    assertThat(freeFor(3, MINUTE))
        .as("another slot")
        .get()
        .extracting(DeviceLock::slot)
        .isEqualTo(2);
    await().untilAsserted(() -> assertThat(freeFor(2, MOMENT)).isPresent());
  }

  private Optional<DeviceLock> freeFor(int slots, Duration time) {
    Quota unlimited = new Quota("", OptionalInt.empty());
    LockRequest options =
        new LockRequest(phone, slots, "attempt", Optional.empty(), unlimited, MINUTE);
    return now(locks.tryLock(options, new DeviceLocks.RemoteWaiters(time, false)))
            instanceof LockResult.Taken taken
        ? Optional.of(taken.lock())
        : Optional.empty();
  }

  @Test
  void anOperatorsLockStandsUntilItIsReleased() {
    DeviceLock lock = now(locks.tryLockForOperator(phone, 1, "ann")).orElseThrow();

    HeldLock held = now(locks.held()).get(0);
    assertThat(held.kind()).isEqualTo(Kind.OPERATOR);
    assertThat(held.expires()).isEmpty();
    assertThat(held.lock()).isEqualTo(lock);
    assertThat(lock("a")).isEmpty();
    assertThat(now(locks.release(lock))).isTrue();
    assertThat(lock("a")).isPresent();
  }

  @Test
  void heldReturnsAttemptsWithTimesOfTheStoresClock() {
    DeviceLock lock = lock("attempt-1").orElseThrow();

    assertThat(now(locks.held()))
        .singleElement()
        .satisfies(
            held -> {
              assertThat(held.lock()).isEqualTo(lock);
              assertThat(held.kind()).isEqualTo(Kind.ATTEMPT);
              assertThat(held.since()).isCloseTo(Instant.now(), within(10, ChronoUnit.SECONDS));
              assertThat(held.expires()).contains(held.since().plus(MINUTE));
            });
    now(locks.release(lock));
    assertThat(now(locks.held())).isEmpty();
  }

  @Test
  void renewalExtendsTheExpiryAndReturnsTheLostLocks() {
    DeviceLock kept = lock("a").orElseThrow();
    DeviceLock lost = now(locks.tryLock(device(), 1, "b", MINUTE)).orElseThrow();
    now(locks.release(lost));

    assertThat(now(locks.renew(List.of(lost, kept), Duration.ofHours(1)))).containsExactly(lost);

    HeldLock held = now(locks.held()).get(0);
    assertThat(held.expires().orElseThrow()).isAfter(held.since().plus(MINUTE));
    assertThat(now(locks.renew(List.of(), MINUTE))).isEmpty();
  }

  @Test
  void renewalLeavesALockAloneThatBecameASessions() {
    DeviceLock lock = lock("a").orElseThrow();
    now(store.sessionMap().publish(Facts.session(lock)));

    assertThat(now(locks.renew(List.of(lock), MINUTE))).isEmpty();
    assertThat(now(locks.held()).get(0).expires()).isEmpty();
  }

  @Test
  void theLockOfASessionIsNotReleasedByHand() {
    DeviceLock lock = lock("a").orElseThrow();
    now(store.sessionMap().publish(Facts.session(lock)));

    assertThat(now(locks.release(lock))).isFalse();
    assertThat(lock("b")).isEmpty();
  }

  @Test
  void anExpiredLockHoldsItsSlotUntilTheCleanUp() {
    DeviceLock dead = lock("dead", MOMENT).orElseThrow();
    ExpiredLock expired = claimed(MINUTE);

    assertThat(expired.lock()).isEqualTo(dead);
    assertThat(expired.expired()).isEqualTo(expired.since().plus(MOMENT));
    assertThat(lock("next")).isEmpty();
    assertThat(now(orphans().claimExpired(10, MINUTE))).as("claimed already").isEmpty();
    assertThat(now(orphans().cleaned(expired))).isTrue();
    assertThat(lock("next").orElseThrow().token()).isGreaterThan(dead.token());
    assertThat(now(orphans().cleaned(expired))).as("twice").isFalse();
  }

  @Test
  void anAttemptThatExpiredButIsNotClaimedCanStillBeRenewed() {
    DeviceLock slow = lock("slow", MOMENT).orElseThrow();
    awaitExpiry(slow);

    assertThat(now(locks.renew(List.of(slow), MINUTE))).isEmpty();
    assertThat(now(orphans().claimExpired(10, MINUTE))).isEmpty();
  }

  @Test
  void aClaimedAttemptIsLostToItsHolder() {
    DeviceLock dead = lock("dead", MOMENT).orElseThrow();
    claimed(MINUTE);

    assertThat(now(locks.renew(List.of(dead), MINUTE))).containsExactly(dead);
    assertThat(now(locks.release(dead))).isFalse();
  }

  @Test
  void aClaimThatIsOverIsGivenOutAgain() {
    lock("dead", MOMENT);
    ExpiredLock first = claimed(MOMENT);
    ExpiredLock again = claimed(MINUTE);

    assertThat(again).usingRecursiveComparison().ignoringFields("overdue").isEqualTo(first);
    assertThat(now(orphans().cleaned(again))).isTrue();
  }

  @Test
  void anUnfinishedEndIsClaimedWithItsSession() {
    DeviceLock lock = lock("a").orElseThrow();
    Session session = Facts.session(lock);
    now(store.sessionMap().publish(session));
    now(store.sessionMap().end(session.id(), EndReason.IDLE));
    assertThat(now(orphans().claimExpired(10, MINUTE))).as("its replica is alive").isEmpty();
    store
        .jdbi()
        .useHandle(
            handle -> handle.execute("UPDATE device_locks SET expires = 1 WHERE kind = 'ENDING'"));

    ExpiredLock expired = claimed(MINUTE);

    assertThat(expired.kind()).isEqualTo(Kind.ENDING);
    assertThat(expired.lock().holder()).isEqualTo(session.id().value());
    assertThat(now(locks.release(lock))).as("claimed").isFalse();
    assertThat(now(orphans().cleaned(expired))).isTrue();
    assertThat(lock("b")).isPresent();
  }

  @Test
  void whatCouldNotBeCleanedIsGivenOutAgainAfterItsPause() {
    lock("dead", MOMENT);
    ExpiredLock first = claimed(MINUTE);
    now(orphans().notCleaned(first, MOMENT));

    ExpiredLock again = claimed(MINUTE);

    assertThat(again).usingRecursiveComparison().ignoringFields("overdue").isEqualTo(first);
    assertThat(lock("next")).isEmpty();
  }

  @Test
  void aLockWhoseSessionIsNotLiveIsGivenToTheSweep() {
    DeviceLock lock = lock("a").orElseThrow();
    now(store.sessionMap().publish(Facts.session(lock)));
    assertThat(now(orphans().expireWithoutSession())).isZero();
    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM sessions"));

    assertThat(now(orphans().expireWithoutSession())).isEqualTo(1);
    assertThat(claimed(MINUTE).lock().token()).isEqualTo(lock.token());
  }

  @Test
  void standingAttemptsAreNotClaimed() {
    DeviceLock alive = lock("alive").orElseThrow();

    assertThat(now(orphans().claimExpired(10, MINUTE))).isEmpty();
    assertThat(now(orphans().attemptsUnderWay())).contains(alive);
  }

  @Test
  void onlyStandingAttemptsAreUnderWay() {
    DeviceLock dead = lock("dead", MOMENT).orElseThrow();
    claimed(MINUTE);
    DeviceLock session = now(locks.tryLock(Facts.device(), 1, "session", MINUTE)).orElseThrow();
    now(store.sessionMap().publish(Facts.session(session)));

    assertThat(now(orphans().attemptsUnderWay())).doesNotContain(dead, session);
  }

  /** Its replica may have paused, and publishes the session before the next claim. */
  @Test
  void anExpiredAttemptIsUnderWayUntilItIsClaimed() {
    DeviceLock late = lock("late").orElseThrow();
    DeviceLock dead = now(locks.tryLock(device(), 1, "dead", MINUTE)).orElseThrow();
    store
        .jdbi()
        .useHandle(
            handle -> handle.execute("UPDATE device_locks SET expires = 1 WHERE kind = 'ATTEMPT'"));
    assertThat(now(orphans().attemptsUnderWay())).contains(late, dead);

    assertThat(now(store.sessionMap().publish(Facts.session(late))))
        .as("an expired lock")
        .isEqualTo(Publication.PUBLISHED);
    now(orphans().claimExpired(10, MINUTE));

    assertThat(now(store.sessionMap().publish(Facts.session(dead))))
        .as("a claimed lock")
        .isEqualTo(Publication.LOCK_LOST);
    assertThat(now(orphans().attemptsUnderWay())).doesNotContain(late, dead);
  }

  private ExpiredLock claimed(Duration claim) {
    return await()
        .pollInterval(Duration.ofMillis(10))
        .until(() -> now(orphans().claimExpired(10, claim)), found -> !found.isEmpty())
        .get(0);
  }

  private void awaitExpiry(DeviceLock lock) {
    await()
        .until(
            () ->
                now(locks.held()).stream()
                    .filter(held -> held.lock().equals(lock))
                    .anyMatch(held -> held.expires().orElseThrow().isBefore(Instant.now())));
  }

  private OrphanedLocks orphans() {
    return store.orphanedLocks();
  }

  @Test
  void anExpiredLockHasTheLimitsOfItsSessionAndTheTimeSinceItsExpiry() {
    limited(MOMENT);
    ExpiredLock first = claimed(Duration.ZERO);
    assertThat(first.limits()).contains(LIMITS);
    assertThat(first.overdue()).isPositive();

    ExpiredLock second = claimed(MINUTE);
    assertThat(second.overdue()).as("by the store's clock").isGreaterThan(first.overdue());
    now(orphans().cleaned(second));

    lock("unlimited", MOMENT);
    assertThat(claimed(MINUTE).limits()).isEmpty();
  }

  /** Replicas are upgraded one after the other. */
  @Test
  void anOlderProgramLocksASlotWithoutLimitsOfItsOwn() {
    now(locks.release(limited(MINUTE)));

    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "UPDATE device_locks SET token = token + 1, holder = 'old', kind = 'ATTEMPT',"
                        + " expires = 1 WHERE device = ?",
                    phone.value()));

    assertThat(claimed(MINUTE).limits()).isEmpty();
  }

  private DeviceLock limited(Duration expiry) {
    LockRequest request =
        new LockRequest(
            phone,
            1,
            "attempt",
            Optional.empty(),
            new Quota("", OptionalInt.empty()),
            new LockRequest.Times(expiry, Optional.of(LIMITS)));
    return ((LockResult.Taken) now(locks.tryLock(request))).lock();
  }

  @Test
  void aTenantGetsNoMoreThanItsQuotaWhateverIsFree() {
    DeviceLock first = ((LockResult.Taken) of("ci", 2)).lock();
    of("ci", 2);
    DeviceId free = device();

    assertThat(now(locks.tryLock(options(free, "ci", 2)))).isEqualTo(new LockResult.OverQuota(2));
    assertThat(now(locks.tryLock(options(free, "ci", 3)))).isInstanceOf(LockResult.Taken.class);
    assertThat(now(locks.tryLock(options(free, "nightly", 1))))
        .as("locks of others don't count")
        .isEqualTo(new LockResult.NotFree());
    assertThat(of("nightly", 1)).isInstanceOf(LockResult.Taken.class);
    assertThat(of("none", 0)).isEqualTo(new LockResult.OverQuota(0));
    assertThat(now(locks.heldFor("ci"))).isEqualTo(3);

    now(locks.release(first));

    assertThat(now(locks.heldFor("ci"))).isEqualTo(2);
    assertThat(now(locks.held()).stream().map(HeldLock::tenant).flatMap(Optional::stream))
        .containsExactlyInAnyOrder("ci", "ci", "nightly");
  }

  @Test
  void aSessionCountsUntilItsEndOnTheNode() {
    DeviceLock lock = ((LockResult.Taken) of("ci", 1)).lock();
    Session session = Facts.session(lock);
    now(store.sessionMap().publish(session));
    assertThat(of("ci", 1)).isEqualTo(new LockResult.OverQuota(1));

    now(store.sessionMap().end(session.id(), EndReason.CLIENT_DELETED));
    assertThat(of("ci", 1)).isEqualTo(new LockResult.OverQuota(1));
    now(locks.release(lock));

    assertThat(of("ci", 1)).isInstanceOf(LockResult.Taken.class);
  }

  /** On a device of its own. */
  private LockResult of(String tenant, int most) {
    return now(locks.tryLock(options(device(), tenant, most)));
  }

  private static LockRequest options(DeviceId device, String tenant, int most) {
    Quota quota = new Quota(tenant, OptionalInt.of(most));
    return new LockRequest(device, 1, "attempt", Optional.empty(), quota, MINUTE);
  }

  private int slot(int slots, String attempt) {
    return now(locks.tryLock(phone, slots, attempt, MINUTE)).orElseThrow().slot();
  }

  private Optional<DeviceLock> lock(String attempt) {
    return lock(attempt, MINUTE);
  }

  private Optional<DeviceLock> lock(String attempt, Duration expiry) {
    return now(locks.tryLock(phone, 1, attempt, expiry));
  }
}
