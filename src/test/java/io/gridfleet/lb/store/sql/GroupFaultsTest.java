package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.cluster.Postgres;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Operations that commit together while the database breaks: only what is there is confirmed. */
final class GroupFaultsTest {
  private static final int OPERATIONS = 20;

  private static CompletionStage<Optional<DeviceLock>> lock(SqlStore store, String attempt) {
    return store.deviceLocks().tryLock(device(), 1, attempt, MINUTE);
  }

  private static List<CompletionStage<Optional<DeviceLock>>> together(
      StoreKind kind, SqlStore store, String attempt) {
    return HeldWriter.together(
        kind,
        store,
        () -> IntStream.range(0, OPERATIONS).mapToObj(i -> lock(store, attempt)).toList());
  }

  /** Returns the devices whose locks were confirmed; the other operations must have failed. */
  private static List<DeviceId> confirmed(List<CompletionStage<Optional<DeviceLock>>> answers) {
    List<DeviceId> confirmed = new ArrayList<>();
    for (var answer : answers) {
      try {
        confirmed.add(now(answer).orElseThrow().device());
      } catch (StoreUnavailableException expected) {
        // Not confirmed.
      }
    }
    return confirmed;
  }

  private static List<DeviceId> held(SqlStore store) {
    return now(store.deviceLocks().held()).stream().map(each -> each.lock().device()).toList();
  }

  @Test
  void aFullDiskConfirmsWhatIsThereAndNothingElse() {
    try (SqlStore store = StoreKind.SQLITE_FILE.open()) {
      long pages =
          store
              .jdbi()
              .withHandle(handle -> handle.select("PRAGMA page_count").mapTo(Long.class).one());
      limit(store, pages + 20);
      String large = "x".repeat(8_000);

      List<DeviceId> confirmed = confirmed(together(StoreKind.SQLITE_FILE, store, large));

      limit(store, 1_000_000);
      await().until(store::isUp);
      assertThat(confirmed).isNotEmpty().hasSizeLessThan(OPERATIONS);
      assertThat(held(store)).containsExactlyInAnyOrderElementsOf(confirmed);
    }
  }

  private static void limit(SqlStore store, long pages) {
    store
        .jdbi()
        .useHandle(
            handle -> handle.select("PRAGMA max_page_count = " + pages).mapTo(Long.class).one());
  }

  /** At the commit of a lock the server executes this statement. */
  private static void atCommit(SqlStore store, String statement) {
    StatementScript.execute(
        store.jdbi(),
        "CREATE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
            + statement
            + "; RETURN NULL; END'",
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON device_locks"
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()");
  }

  private static void asBefore(SqlStore store) {
    StatementScript.execute(store.jdbi(), "DROP TRIGGER at_commit ON device_locks");
  }

  @Test
  void aServerProcessThatEndsInTheCommitConfirmsNothing() {
    try (SqlStore store = StoreKind.open(StoreConfig.at(StoreKind.POSTGRESQL.migratedDatabase()))) {
      atCommit(store, "pg_terminate_backend(pg_backend_pid())");

      var answers = together(StoreKind.POSTGRESQL, store, "attempt");

      answers.forEach(
          answer ->
              assertThatThrownBy(() -> now(answer)).isInstanceOf(StoreUnavailableException.class));
      await().until(store::isUp);
      assertThat(held(store)).isEmpty();
      asBefore(store);
      assertThat(now(lock(store, "attempt"))).isPresent();
    }
  }

  @Test
  void aServerProcessThatEndsInAStatementConfirmsNothingAndNothingIsExecutedLater() {
    try (SqlStore store = StoreKind.open(StoreConfig.at(StoreKind.POSTGRESQL.migratedDatabase()))) {
      StatementScript.execute(
          store.jdbi(),
          "CREATE SEQUENCE inserts",
          "CREATE FUNCTION at_insert() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN"
              + " IF nextval(''inserts'') = 5 THEN"
              + " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END'",
          "CREATE TRIGGER at_insert BEFORE INSERT ON device_locks FOR EACH ROW"
              + " EXECUTE FUNCTION at_insert()");

      assertThat(confirmed(together(StoreKind.POSTGRESQL, store, "attempt"))).isEmpty();

      await().until(store::isUp);
      assertThat(now(lock(store, "later"))).isPresent();
      assertThat(held(store)).hasSize(1);
    }
  }

  @Test
  void whatMayHaveCommittedIsNeitherConfirmedNorExecutedAgain() throws Exception {
    var direct = (StoreAddress.Postgres) StoreKind.POSTGRESQL.migratedDatabase();
    try (TcpLink link = new TcpLink(direct.hosts());
        SqlStore other = StoreKind.open(StoreConfig.at(direct));
        SqlStore store =
            StoreKind.open(
                StoreConfig.at(
                    new StoreAddress.Postgres(
                        direct.user(), link.hostAndPort(), direct.database(), direct.options())))) {
      atCommit(other, "pg_sleep(0.02)");
      var answers = together(StoreKind.POSTGRESQL, store, "attempt");
      await().until(() -> commits(other));
      link.cut();

      answers.forEach(
          answer ->
              assertThatThrownBy(() -> now(answer)).isInstanceOf(StoreUnavailableException.class));
      await().untilAsserted(() -> assertThat(held(other)).as("committed").hasSize(OPERATIONS));
      link.restore();
      await().until(store::isUp);
      assertThat(now(store.deviceLocks().held()))
          .as("executed once")
          .hasSize(OPERATIONS)
          .allMatch(each -> each.lock().token() == 1);
    }
  }

  @Test
  void aServerThatRestartsInACommitKeepsWhatWasConfirmedAndConfirmsNothingElse() throws Exception {
    try (Postgres server = Postgres.start();
        SqlStore other = StoreKind.open(StoreConfig.at(server.address()));
        SqlStore store = StoreKind.open(StoreConfig.at(server.address()))) {
      List<DeviceId> confirmed = confirmed(together(StoreKind.POSTGRESQL, store, "attempt"));
      assertThat(confirmed).hasSize(OPERATIONS);
      atCommit(store, "pg_sleep(CASE NEW.holder WHEN ''slow'' THEN 0.2 ELSE 0 END)");

      var group = together(StoreKind.POSTGRESQL, store, "slow");
      await().until(() -> commits(other));
      var neighbour = lock(other, "attempt");
      DeviceLock released = now(store.deviceLocks().held()).get(0).lock();
      assertThat(now(other.deviceLocks().release(released))).isTrue();
      server.crash();
      server.startAgain();

      assertThat(confirmed(group)).as("in the commit").isEmpty();
      confirmed.addAll(confirmed(List.of(neighbour)));
      await().atMost(Duration.ofSeconds(20)).until(() -> store.isUp() && other.isUp());
      confirmed.remove(released.device());
      assertThat(held(store)).containsExactlyInAnyOrderElementsOf(confirmed);
      assertThat(now(store.deviceLocks().held())).allMatch(each -> each.lock().token() == 1);
      asBefore(store);
      assertThat(now(lock(store, "later"))).isPresent();
      assertThat(now(lock(other, "later"))).isPresent();
    }
  }

  private static boolean commits(SqlStore other) {
    return other
        .jdbi()
        .withHandle(
            handle ->
                handle
                        .select(
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND query = 'COMMIT' AND wait_event = 'PgSleep'")
                        .mapTo(Integer.class)
                        .one()
                    == 1);
  }
}
