package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.lab.TcpLink;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreAddress.Postgres;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What operations that nobody waits with cost on PostgreSQL. */
final class RoundTripsTest {
  /** More than the driver executes before it keeps a statement on the server. */
  private static final int TIMES = 12;

  private TcpLink link;
  private SqlStore store;

  @BeforeEach
  void open() throws IOException {
    Postgres direct = (Postgres) StoreKind.POSTGRESQL.migratedDatabase();
    link = new TcpLink(direct.hosts());
    store =
        StoreKind.open(
            StoreConfig.at(
                new Postgres(
                    direct.user(), link.hostAndPort(), direct.database(), direct.options())));
  }

  @AfterEach
  void close() throws IOException {
    store.close();
    link.close();
  }

  /** The least of several tries, since heartbeats use the same link. */
  private <T> long least(Supplier<T> prepared, Operation<T> operation) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TIMES; i++) {
      T argument = prepared.get();
      long before = link.requests();
      now(operation.on(argument));
      least = Math.min(least, link.requests() - before);
    }
    return least;
  }

  private interface Operation<T> {
    CompletionStage<?> on(T argument);
  }

  private CompletionStage<Optional<DeviceLock>> lock(DeviceId device) {
    return store.deviceLocks().tryLock(device, 1, "attempt", MINUTE);
  }

  private DeviceLock locked() {
    return now(lock(device())).orElseThrow();
  }

  @Test
  void aLockAndAReleaseTakeOneEach() {
    assertThat(least(Facts::device, this::lock)).as("lock").isEqualTo(1);
    assertThat(least(this::locked, store.deviceLocks()::release)).as("release").isEqualTo(1);
  }

  @Test
  void anAvoidanceTakesOne() {
    assertThat(
            least(Facts::device, device -> store.avoidedDevices().avoid(device, MINUTE, "cause")))
        .isEqualTo(1);
  }

  @Test
  void anEndTakesOne() {
    EndCause cause = EndCause.of(EndReason.CLIENT_DELETED);
    Supplier<Session> published = () -> Facts.published(store);

    assertThat(least(published, session -> store.sessionMap().end(session.id(), cause)))
        .as("end")
        .isEqualTo(1);
    assertThat(least(published, session -> store.sessionMap().endAndFree(session.id(), cause)))
        .as("end and release")
        .isEqualTo(1);
  }

  /** The statement waits for the reservation, and then sees it: its snapshot comes after it. */
  @Test
  void aLockInOneStatementSeesTheReservationThatItWaitedFor() {
    StatementScript.execute(
        store.jdbi(),
        "INSERT INTO runs (id, version, name, state, created, body)"
            + " VALUES ('r', 1, 'r', 'ACTIVE', 0, '{}')");
    for (int i = 0; i < TIMES; i++) {
      DeviceId device = device();

      CompletionStage<Optional<DeviceLock>> answer =
          store.jdbi().inTransaction(handle -> reserved(handle, device));

      assertThat(now(answer)).isEmpty();
      assertThat(now(lock(device()))).isPresent();
    }
  }

  private CompletionStage<Optional<DeviceLock>> reserved(Handle handle, DeviceId device) {
    handle.execute("<oneReservationAtATime>");
    CompletionStage<Optional<DeviceLock>> answer = lock(device);
    await()
        .until(
            () ->
                store
                        .jdbi()
                        .withHandle(
                            other ->
                                other
                                    .select(
                                        "SELECT count(*) FROM pg_locks WHERE NOT granted"
                                            + " AND relation = 'reserved_devices'::regclass")
                                    .mapTo(Integer.class)
                                    .one())
                    == 1);
    handle.execute("INSERT INTO reserved_devices (device, run) VALUES (?, 'r')", device.value());
    return answer;
  }
}
