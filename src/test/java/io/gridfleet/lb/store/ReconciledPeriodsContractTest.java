package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DeviceHistory.Offline;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Which open periods {@link DeviceHistory#reconcile} ends and begins, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class ReconciledPeriodsContractTest {
  private final StoreKind kind;
  private SqlStore store;
  private DeviceHistory history;
  private DevicePeriods periods;
  private DeviceId phone;
  private Instant noon;

  ReconciledPeriodsContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    history = store.deviceHistory();
    periods = new DevicePeriods(history);
    phone = periods.phone;
    noon = periods.noon;
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void maintenance(Optional<String> reason) {
    now(
        store
            .deviceOverrides()
            .change(phone, it -> new DeviceOverride(phone, reason, it.tags(), it.testData())));
  }

  /** A replica that lives. */
  private void replica(String id) {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO replicas (id, name, started, heartbeat) VALUES (?, 'o', ?, ?)",
                    id,
                    1,
                    Long.MAX_VALUE / 4));
  }

  private Offline offline() {
    return new Offline(new NamedDevice(phone, "Bench 3", "android"), "503");
  }

  @Test
  void whatADeadReplicaLeftOpenIsEnded() {
    Instant young = Instant.now().minusSeconds(5);
    periods.write(
        periods.begin("gone", Kind.SESSION, noon),
        periods.begin("young", Kind.SESSION, young),
        periods.begin("m", Kind.MAINTENANCE, noon),
        periods.begin("r", Kind.RESERVATION, noon),
        periods.begin("l", Kind.OPERATOR_LOCK, noon),
        periods.begin("o", Kind.OFFLINE, noon));
    maintenance(Optional.of("x"));

    now(history.reconcile(List.of(offline())));

    assertThat(periods.all().stream().filter(it -> it.ended().isEmpty()))
        .extracting(DevicePeriod::id)
        .containsExactlyInAnyOrder("young", "m", "o");

    maintenance(Optional.empty());
    now(history.reconcile(List.of()));

    assertThat(periods.all().stream().filter(it -> it.ended().isEmpty()))
        .extracting(DevicePeriod::id)
        .containsExactly("young");
  }

  @Test
  void anOfflinePeriodIsEndedByItsReplicaUntilThatOneIsDead() {
    periods.write(periods.begin("o", Kind.OFFLINE, noon));
    store.jdbi().useHandle(handle -> handle.execute("UPDATE device_periods SET replica = 'other'"));
    replica("other");

    now(history.reconcile(List.of()));
    assertThat(periods.all().get(0).ended()).isEmpty();

    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM replicas WHERE id = 'other'"));
    now(history.reconcile(List.of()));
    assertThat(periods.all().get(0).ended()).isPresent();
  }

  /** The node that one replica reaches again may be out of reach of another. */
  @Test
  void aReplicaThatReachesANodeDoesNotEndTheOfflinePeriodOfAnother() {
    periods.write(periods.begin("o", Kind.OFFLINE, noon));
    replica("other");
    store.jdbi().useHandle(handle -> handle.execute("UPDATE device_periods SET replica = 'other'"));
    PeriodChange up = new PeriodChange.End(phone, Kind.OFFLINE, noon.plusSeconds(60));

    periods.write(up);
    assertThat(periods.all()).extracting(DevicePeriod::ended).containsExactly(Optional.empty());

    store.jdbi().useHandle(handle -> handle.execute("DELETE FROM replicas WHERE id = 'other'"));
    periods.write(up);
    assertThat(periods.all())
        .extracting(DevicePeriod::ended)
        .containsExactly(Optional.of(noon.plusSeconds(60)));
  }

  /** Its begin was dropped, or it was added while its node was down. */
  @Test
  void anOfflineDeviceWithoutAPeriodGetsOne() {
    now(history.reconcile(List.of(offline())));
    now(history.reconcile(List.of(offline())));

    assertThat(periods.all())
        .extracting(DevicePeriod::kind, it -> it.labels().text(), DevicePeriod::ended)
        .containsExactly(tuple(Kind.OFFLINE, "503", Optional.empty()));
  }

  /** The devices are read before the statement: one that was offline may be back. */
  @Test
  void aDeviceThatWasBackJustNowGetsNoPeriod() {
    periods.write(periods.begin("o", Kind.OFFLINE, noon));
    periods.write(new PeriodChange.End(phone, Kind.OFFLINE, Instant.now().minusSeconds(1)));

    now(history.reconcile(List.of(offline())));

    assertThat(periods.all()).extracting(DevicePeriod::id).containsExactly("o");
  }
}
