package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static io.gridfleet.lb.store.Facts.session;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionMap.Publication;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.sql.SqlStore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link SessionMap#withdraw} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class WithdrawContractTest {
  private final StoreKind kind;
  private SqlStore store;
  private SessionMap sessions;

  WithdrawContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    sessions = store.sessionMap();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private DeviceLock lock() {
    return now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
  }

  private void lockIsEnding(Session session) {
    HeldLock held = now(store.deviceLocks().held()).get(0);
    assertThat(held.kind()).isEqualTo(HeldLock.Kind.ENDING);
    assertThat(held.lock().holder()).isEqualTo(session.id().value());
    assertThat(held.expires()).isPresent();
    assertThat(now(store.deviceLocks().release(session.lock()))).isTrue();
    assertThat(now(store.deviceLocks().held())).isEmpty();
  }

  @Test
  void aPublicationThatWasCarriedOutEnds() {
    Session session = session(lock());
    now(sessions.publish(session));

    now(sessions.withdraw(session, EndReason.CLIENT_GONE));
    now(sessions.withdraw(session, EndReason.CLIENT_GONE));

    assertThat(now(sessions.find(session.id()))).isEmpty();
    assertThat(Facts.newest(store, 1).get(0).end().orElseThrow().reason())
        .isEqualTo(EndReason.CLIENT_GONE);
    lockIsEnding(session);
  }

  @Test
  void aPublicationThatComesAfterItsWithdrawalHasNoEffect() {
    Session session = session(lock());

    now(sessions.withdraw(session, EndReason.CLIENT_GONE));

    assertThat(now(sessions.publish(session))).isEqualTo(Publication.LOCK_LOST);
    assertThat(Facts.newest(store, 1)).isEmpty();
    lockIsEnding(session);
  }

  @Test
  void whicheverIsFirstNoLiveSessionAndNoSessionLockIsLeft() {
    for (int round = 0; round < 40; round++) {
      Session session = session(lock());
      CompletionStage<Publication> publication = sessions.publish(session);
      now(sessions.withdraw(session, EndReason.CLIENT_GONE));
      now(publication);
      assertThat(now(sessions.find(session.id()))).as("round %d", round).isEmpty();
      assertThat(now(store.deviceLocks().release(session.lock()))).isTrue();
    }
  }

  @Test
  void anotherSessionOfTheSameIdStays() {
    Session other = session(lock());
    now(sessions.publish(other));
    Session duplicate = session(other.id(), lock(), MINUTE);

    now(sessions.withdraw(duplicate, EndReason.CLIENT_GONE));

    assertThat(now(sessions.find(other.id()))).isPresent();
  }

  @Test
  void aLockThatIsAnothersByNowStays() {
    DeviceLock lock = lock();
    Session session = session(lock);
    now(store.deviceLocks().release(lock));
    now(store.deviceLocks().tryLock(lock.device(), 1, "another's", MINUTE));

    now(sessions.withdraw(session, EndReason.CLIENT_GONE));

    List<HeldLock> held = now(store.deviceLocks().held());
    assertThat(held).extracting(HeldLock::kind).containsExactly(HeldLock.Kind.ATTEMPT);
    List<SessionRecord> live = now(sessions.live());
    assertThat(live).isEmpty();
  }
}
