package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.HeldLock.Kind;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.IdleReaper;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionActivity;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** PostgreSQL is stopped and started again. */
@Execution(ExecutionMode.CONCURRENT)
final class StoreOutageTest {
  private final Queue<String> received = new ConcurrentLinkedQueue<>();
  private Postgres direct;
  private TcpLink link;
  private SqlStore store;
  private SqlStore other;

  @BeforeEach
  void open() throws Exception {
    direct = (Postgres) StoreKind.POSTGRESQL.emptyDatabase();
    link = new TcpLink(direct.hosts());
    Postgres flaky =
        new Postgres(direct.user(), link.hostAndPort(), direct.database(), direct.options());
    store = StoreKind.open(StoreConfig.at(flaky), new Recording());
    other = StoreKind.open(StoreConfig.at(direct));
  }

  @AfterEach
  void close() throws Exception {
    store.close();
    other.close();
    link.close();
  }

  private final class Recording implements StoreListener {
    @Override
    public void storeDown(String trouble) {
      received.add("down");
    }

    @Override
    public void storeUp(Duration downFor) {
      received.add("up");
    }

    @Override
    public void deferredEndWritten(Session session, EndCause cause) {
      received.add("ended " + session.id() + " " + cause.reason());
    }
  }

  @Test
  void statementsFailAtOnceWhileTheStoreIsGoneAndGoOnWhenItIsBack() throws Exception {
    now(store.deviceLocks().held());
    link.cut();
    await().until(() -> failed(store.deviceLocks().held()));

    assertThat(store.isUp()).isFalse();
    assertThat(store.trouble()).isPresent();
    var refused = store.deviceLocks().held().toCompletableFuture();
    assertThat(refused).as("at once, without a wait").isCompletedExceptionally();
    assertThatThrownBy(() -> now(refused)).isInstanceOf(StoreUnavailableException.class);

    link.restore();
    await().until(store::isUp);
    assertThat(now(store.deviceLocks().tryLock(device(), 1, "a", MINUTE))).isPresent();
    assertThat(received).containsExactly("down", "up");
  }

  @Test
  void aServerThatHangsIsGivenUpWithinSecondsAndUsedAgainWhenItAnswers() {
    now(store.deviceLocks().held());
    link.freeze();
    try {
      long begun = System.nanoTime();
      assertThat(failed(store.deviceLocks().held())).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
      assertThat(failed(store.deviceLocks().held())).isTrue();
      assertThat(store.isUp()).isFalse();
    } finally {
      link.thaw();
    }

    await().until(store::isUp);
    assertThat(now(store.deviceLocks().tryLock(device(), 1, "a", MINUTE))).isPresent();
  }

  @Test
  void aRecordThatTheStoreRefusesKeepsNeitherTheStoreDownNorOthersUnwritten() throws Exception {
    Session refused = published(store);
    Session session = published(store);
    other
        .jdbi()
        .useHandle(
            handle -> {
              try (Statement statement = handle.getConnection().createStatement()) {
                statement.execute(
                    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN RAISE EXCEPTION ''refused''; END'");
                statement.execute(
                    "CREATE TRIGGER refuse BEFORE UPDATE ON sessions FOR EACH ROW WHEN (OLD.id = '"
                        + refused.id()
                        + "') EXECUTE FUNCTION refuse()");
              }
            });
    link.cut();
    assertThat(failed(store.sessionMap().end(refused.id(), EndReason.IDLE))).isTrue();
    assertThat(failed(store.sessionMap().end(session.id(), EndReason.IDLE))).isTrue();

    link.restore();

    await().until(store::isUp);
    await().until(() -> now(other.sessionMap().find(session.id())).isEmpty());
    await().until(() -> store.deferredRecords() == 1);
    assertThat(now(store.sessionMap().find(refused.id()))).isPresent();
    assertThat(store.isUp()).isTrue();

    other.jdbi().useHandle(handle -> handle.execute("DROP TRIGGER refuse ON sessions"));

    await().until(() -> store.deferredRecords() == 0);
    assertThat(now(other.sessionMap().find(refused.id()))).isEmpty();
    assertThat(received).contains("ended " + refused.id() + " IDLE");
  }

  @Test
  void listenersThatFailDoNotKeepTheStoreDown() throws Exception {
    StoreListener failing =
        new StoreListener() {
          @Override
          public void storeDown(String trouble) {
            throw new IllegalStateException("a mistake, as configured");
          }

          @Override
          public void storeUp(Duration downFor) {
            throw new IllegalStateException("a mistake, as configured");
          }

          @Override
          public void deferredEndWritten(Session session, EndCause cause) {
            throw new IllegalStateException("a mistake, as configured");
          }
        };
    Postgres flaky =
        new Postgres(direct.user(), link.hostAndPort(), direct.database(), direct.options());
    try (SqlStore broken = StoreKind.open(StoreConfig.at(flaky), failing)) {
      Session session = published(broken);
      for (int outage = 0; outage < 2; outage++) {
        link.cut();
        await().atMost(Duration.ofSeconds(30)).until(() -> !broken.isUp());
        assertThat(failed(broken.sessionMap().end(session.id(), EndReason.IDLE))).isTrue();
        link.restore();
        await().until(broken::isUp);
      }
      await().until(() -> broken.deferredRecords() == 0);
    }
  }

  @Test
  void anIdleReplicaNoticesTheOutageByItsHeartbeat() throws Exception {
    link.cut();

    await().atMost(Duration.ofSeconds(30)).until(() -> !store.isUp());
  }

  @Test
  void whatEndedDuringTheOutageIsRecordedOnceWhenTheStoreIsBack() throws Exception {
    Session session = published(store);
    Session endedByOther = published(store);
    DeviceLock attempt =
        now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
    Queue<FleetSignal> signals = new ConcurrentLinkedQueue<>();
    other.signals().onSignal(signals::add);
    link.cut();

    assertThat(failed(store.sessionMap().end(session.id(), EndReason.CLIENT_DELETED))).isTrue();
    assertThat(failed(store.sessionMap().end(session.id(), EndReason.IDLE))).isTrue();
    assertThat(failed(store.sessionMap().end(endedByOther.id(), EndReason.IDLE))).isTrue();
    assertThat(failed(store.deviceLocks().release(attempt))).isTrue();
    assertThat(store.deferredRecords()).isEqualTo(4);
    now(other.sessionMap().end(endedByOther.id(), EndReason.OPERATOR));
    assertThat(now(other.sessionMap().find(session.id()))).isPresent();

    link.restore();
    await().until(() -> store.deferredRecords() == 0 && store.isUp());
    assertThat(now(other.deviceLocks().held()))
        .as("the nodes are still to be called")
        .extracting(HeldLock::kind)
        .containsOnly(Kind.ENDING);
    assertThat(now(store.orphanedLocks().claimExpired(10, MINUTE)))
        .as("at once, for what was ended during the outage")
        .extracting(orphan -> orphan.lock().holder())
        .containsExactly(session.id().value());
    assertThat(Facts.newest(other, 10))
        .extracting(record -> record.end().orElseThrow().reason())
        .containsExactlyInAnyOrder(EndReason.CLIENT_DELETED, EndReason.OPERATOR);
    assertThat(received)
        .containsOnlyOnce("ended " + session.id() + " CLIENT_DELETED")
        .noneMatch(each -> each.contains(endedByOther.id().value()));
    await()
        .untilAsserted(
            () -> assertThat(signals).contains(new FleetSignal.SessionEnded(session.id().value())));
  }

  @Test
  void anOwedEndDoesNotTouchASessionThatBeganLater() throws Exception {
    Session session = published(store);
    link.cut();
    assertThat(failed(store.sessionMap().end(session.id(), EndReason.IDLE))).isTrue();
    now(other.sessionMap().end(session.id(), EndReason.OPERATOR));
    DeviceLock lock =
        now(other.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
    now(other.sessionMap().publish(Facts.session(session.id(), lock, MINUTE)));

    link.restore();
    await().until(() -> store.deferredRecords() == 0);

    assertThat(now(other.sessionMap().find(session.id()))).isPresent();
  }

  @Test
  void whatWasActiveDuringAnOutageIsNotIdleAfterIt() throws Exception {
    Session session = published(store);
    other.jdbi().useHandle(it -> it.execute("UPDATE sessions SET last_activity = 0"));
    assertThat(now(store.sessionMap().idle(MINUTE))).hasSize(1);
    SessionActivity activity = new SessionActivity(System::nanoTime);
    IdleReaper reaper = new IdleReaper(store.sessionMap(), activity, null, null, MINUTE);
    link.cut();
    await().until(() -> failed(store.deviceLocks().held()));
    activity.touched(session.id());
    now(reaper.sweep());

    link.restore();
    await().until(store::isUp);
    assertThat(now(store.sessionMap().idle(MINUTE))).as("others may still write").isEmpty();
    assertThat(now(other.sessionMap().idle(MINUTE))).as("as the row says it").hasSize(1);
    now(reaper.sweep());

    assertThat(now(other.sessionMap().idle(MINUTE))).as("written late").isEmpty();
  }

  @Test
  void signalsFlowAgainAfterTheOutage() throws Exception {
    Queue<FleetSignal> signals = new ConcurrentLinkedQueue<>();
    store.signals().onSignal(signals::add);
    link.cut();
    await().until(() -> failed(store.deviceLocks().held()));
    link.restore();
    FleetSignal signal = new FleetSignal.OverridesChanged(device());

    await()
        .until(
            () -> {
              other.signals().publish(signal);
              return signals.contains(signal);
            });
  }

  @Test
  void attemptsAreNotTakenForDeadRightAfterAnOutage() throws Exception {
    DeviceLock lock =
        now(store.deviceLocks().tryLock(device(), 1, "a", Duration.ZERO)).orElseThrow();
    link.cut();
    await().until(() -> failed(store.deviceLocks().held()));
    link.restore();
    await().until(store::isUp);

    assertThat(now(store.orphanedLocks().claimExpired(10, MINUTE))).isEmpty();
    assertThat(now(store.deviceLocks().renew(List.of(lock), MINUTE))).isEmpty();
  }

  @Test
  void aConnectionThatBreaksInMidTransactionLeavesNothingHalfDone() throws Exception {
    DeviceLock lock =
        now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow();
    Session session = Facts.session(lock);
    CompletionStage<?> publication =
        other
            .jdbi()
            .inTransaction(
                blocker -> {
                  blocker.execute("LOCK TABLE sessions IN EXCLUSIVE MODE");
                  CompletionStage<?> begun = store.sessionMap().publish(session);
                  await().until(() -> killed(direct) == 1);
                  return begun;
                });

    assertThatThrownBy(() -> now(publication)).isInstanceOf(StoreUnavailableException.class);
    await().until(store::isUp);
    assertThat(now(store.deviceLocks().held()).get(0).kind()).isEqualTo(Kind.ATTEMPT);
    assertThat(Facts.newest(store, 10)).isEmpty();
    assertThat(now(store.sessionMap().publish(session)).name()).isEqualTo("PUBLISHED");
  }

  /** Ends connections that wait for a table; returns how many. */
  private int killed(Postgres server) {
    assertThat(server).isEqualTo(direct);
    return other
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND wait_event_type = 'Lock'"
                            + " AND query LIKE 'INSERT INTO sessions%'")
                    .mapTo(Boolean.class)
                    .list()
                    .size());
  }

  private static boolean failed(CompletionStage<?> stage) {
    try {
      now(stage);
      return false;
    } catch (StoreUnavailableException expected) {
      return true;
    }
  }

  private static Session published(SqlStore store) {
    Session session =
        Facts.session(
            now(store.deviceLocks().tryLock(device(), 1, "attempt", MINUTE)).orElseThrow());
    now(store.sessionMap().publish(session));
    return session;
  }
}
