package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreFaultException;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store's clock is set: no session becomes idle because of it. */
final class ClockStepsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private SqlStore store;
  private SqlStore other;

  @AfterEach
  void close() {
    store.close();
    if (other != null) {
      other.close();
    }
  }

  private static void step(SqlStore of, Duration by) {
    Object now = of.jdbi().getConfig(SqlStatements.class).getAttribute("now");
    of.jdbi().define("now", "(" + now + " + " + by.toMillis() + ")");
  }

  private static Session published(SqlStore in, Duration idleLimit) {
    Session any =
        Facts.session(
            Facts.sessionId(),
            now(in.deviceLocks().tryLock(Facts.device(), 1, "attempt", Facts.MINUTE)).orElseThrow(),
            idleLimit);
    assertThat(now(in.sessionMap().publish(any))).isEqualTo(SessionMap.Publication.PUBLISHED);
    return any;
  }

  private static Instant lastActivity(SqlStore in, Session session) {
    return now(in.sessionMap().record(session.id())).orElseThrow().lastActivity();
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void forwardByAnHour(StoreKind kind) {
    store = kind.open();
    Session session = published(store, Duration.ofMinutes(5));
    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();

    step(store, HOUR);

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(lastActivity(store, session)).isAfter(Instant.now().plus(Duration.ofMinutes(55)));
    Session silent = published(store, Duration.ofMillis(100));
    await()
        .until(
            () ->
                now(store.sessionMap().idle(Duration.ZERO)).stream()
                    .anyMatch(it -> it.session().id().equals(silent.id())));
  }

  /** As a deadlock or a full disk does. */
  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void aCorrectionThatIsRolledBackIsMadeByTheNextCheck(StoreKind kind) {
    store = kind.open();
    Session session = published(store, Duration.ofMinutes(5));
    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    boolean postgres = kind == StoreKind.POSTGRESQL;
    if (postgres) {
      StatementScript.execute(
          store.jdbi(),
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
              + " 'BEGIN RAISE EXCEPTION ''refused''; END'",
          "CREATE TRIGGER refuse BEFORE UPDATE ON sessions"
              + " FOR EACH ROW EXECUTE FUNCTION refuse()");
    } else {
      StatementScript.execute(
          store.jdbi(),
          "CREATE TRIGGER refuse BEFORE UPDATE ON sessions"
              + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
    }
    step(store, HOUR);
    assertThatThrownBy(() -> now(store.sessionMap().idle(Duration.ZERO)))
        .isInstanceOf(StoreFaultException.class);

    StatementScript.execute(store.jdbi(), "DROP TRIGGER refuse" + (postgres ? " ON sessions" : ""));

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(lastActivity(store, session)).isAfter(Instant.now().plus(Duration.ofMinutes(55)));
  }

  @ParameterizedTest
  @EnumSource(StoreKind.class)
  void backByAnHour(StoreKind kind) {
    store = kind.open();
    Session session = published(store, Duration.ofSeconds(1));
    assertThat(now(store.sessionMap().idle(Duration.ofSeconds(30)))).isEmpty();

    step(store, HOUR.negated());

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(lastActivity(store, session)).isBefore(Instant.now().minus(Duration.ofMinutes(55)));
    await().until(() -> now(store.sessionMap().idle(Duration.ZERO)).size() == 1);
  }

  @Test
  void twoReplicasCorrectItOnce() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    store = StoreKind.open(shared);
    other = StoreKind.open(shared);
    Session session = published(store, Duration.ofMinutes(5));
    now(store.sessionMap().idle(Duration.ZERO));
    now(other.sessionMap().idle(Duration.ZERO));

    step(store, HOUR);
    step(other, HOUR);

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(now(other.sessionMap().idle(Duration.ZERO))).isEmpty();
    assertThat(lastActivity(store, session)).isBefore(Instant.now().plus(Duration.ofMinutes(65)));
    assertThat(now(other.sessionMap().idle(Duration.ZERO))).isEmpty();
  }

  private void restart(StoreConfig config) {
    store.close();
    store = StoreKind.open(config);
  }

  /** It may also be a process that was down for an hour: no client could be active. */
  @ParameterizedTest
  @EnumSource(value = StoreKind.class, names = "SQLITE_MEMORY", mode = EnumSource.Mode.EXCLUDE)
  void forwardByAnHourAcrossARestart(StoreKind kind) {
    StoreConfig config = StoreConfig.at(kind.emptyDatabase());
    store = StoreKind.open(config);
    Session session = published(store, Duration.ofMinutes(5));
    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    Session sinceTheCheck = published(store, Duration.ofMinutes(5));
    Session silent = published(store, Duration.ofSeconds(1));
    restart(config);
    step(store, HOUR);

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();
    Instant stepped = Instant.now().plus(HOUR);
    for (Session each : List.of(session, sinceTheCheck)) {
      assertThat(lastActivity(store, each))
          .isBetween(stepped.minus(Duration.ofMinutes(1)), stepped.plusSeconds(1));
    }
    await()
        .untilAsserted(
            () ->
                assertThat(now(store.sessionMap().idle(Duration.ZERO)))
                    .extracting(each -> each.session().id())
                    .containsExactly(silent.id()));
  }

  @ParameterizedTest
  @EnumSource(value = StoreKind.class, names = "SQLITE_MEMORY", mode = EnumSource.Mode.EXCLUDE)
  void backByAnHourAcrossARestart(StoreKind kind) {
    StoreConfig config = StoreConfig.at(kind.emptyDatabase());
    store = StoreKind.open(config);
    Session session = published(store, Duration.ofSeconds(1));
    assertThat(now(store.sessionMap().idle(Duration.ofSeconds(30)))).isEmpty();
    restart(config);
    step(store, HOUR.negated());

    assertThat(now(store.sessionMap().idle(Duration.ZERO))).isEmpty();

    assertThat(lastActivity(store, session)).isBefore(Instant.now().minus(Duration.ofMinutes(55)));
    await().until(() -> now(store.sessionMap().idle(Duration.ZERO)).size() == 1);
  }

  /** The other one has counted the silence meanwhile. */
  @Test
  void aRestartBesideAnotherReplicaFavoursNobody() {
    StoreConfig shared = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    store = StoreKind.open(shared);
    Session silent = published(store, Duration.ofMillis(1));
    now(store.sessionMap().idle(Duration.ZERO));

    other = StoreKind.open(shared);

    assertThat(now(other.sessionMap().idle(Duration.ZERO)))
        .extracting(each -> each.session().id())
        .containsExactly(silent.id());
  }
}
