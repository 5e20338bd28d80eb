package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestHistory.Filter;
import io.gridfleet.lb.history.RequestHistory.Labels;
import io.gridfleet.lb.history.RequestHistory.Period;
import io.gridfleet.lb.history.RequestHistory.Results;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow;
import io.gridfleet.lb.history.RequestStep;
import io.gridfleet.lb.history.RequestStep.NamedDevice;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The records of a store of schema version 15 are those of the store of this program. */
final class RecordsMigrationTest {
  private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final int ROWS = 300;

  @ParameterizedTest
  @EnumSource(names = {"SQLITE_FILE", "POSTGRESQL"})
  void recordsThatWereThereBeforeAreRead(StoreKind kind) {
    StoreAddress address = kind.emptyDatabase();
    String folder = kind == StoreKind.POSTGRESQL ? "postgresql" : "sqlite";
    Flyway.configure()
        .dataSource(SessionListMigrationTest.url(address), null, null)
        .locations("classpath:db/migration", "classpath:db/" + folder)
        .target("15")
        .table("schema_history")
        .load()
        .migrate();
    Jdbi.create(SessionListMigrationTest.url(address)).useTransaction(RecordsMigrationTest::fill);

    try (SqlStore store = StoreKind.open(StoreConfig.at(address))) {
      requests(store);
      periods(store);
      assertThat(now(store.commandHistory().of("session-7")))
          .singleElement()
          .satisfies(record -> assertThat(record.commands().count()).isEqualTo(7));
    }
  }

  private static void fill(Handle handle) {
    for (int i = 0; i < ROWS; i++) {
      long at = AT.toEpochMilli() + i / 3;
      handle.execute(
          "INSERT INTO request_records (id, arrived, ended, outcome, tenant, run, test_name, client,"
              + " selector, session, device, device_name, attempts, waited, at_nodes, total, error,"
              + " replica, replica_name) VALUES (?, ?, ?, 'CREATED', 'lab', 'run', 'login',"
              + " 'selenium', 'model:pixel', ?, 'phone', 'Pixel', 1, 2, 3, 5, NULL, 'r', 'lab:1')",
          "request-" + i,
          at,
          at + 5,
          "session-" + i);
      handle.execute(
          "INSERT INTO request_details (id, body) VALUES (?, ?)",
          "request-" + i,
          """
          {"firstMatch":[{"n":%d}],"wait":9,"priority":1,"omitted":0,"steps":[
           {"kind":"ADMITTED","after":0},
           {"kind":"ATTEMPT_ENDED","after":2000,"deviceOfRow":true,"outcome":"created","took":1500},
           {"kind":"LOCKED","after":1000,"device":"tv","deviceName":"TV","cause":"c"}]}
          """
              .formatted(i));
      handle.execute(
          "INSERT INTO device_periods (id, device, device_name, platform, kind, began, ended,"
              + " session, request, tenant, cause, text, replica, began_by) VALUES (?, 'phone',"
              + " 'Pixel', 'android', ?, ?, ?, ?, ?, 'lab', 'c', 't', 'r', 'b')",
          "period-" + i,
          i == 0 ? "MAINTENANCE" : "SESSION",
          at,
          i == 0 ? null : at + 9,
          "session-" + i,
          "request-" + i);
      handle.execute(
          "INSERT INTO session_commands (session, replica, updated, body) VALUES (?, 'r', ?, ?)",
          "session-" + i,
          at + 9,
          "{\"count\":%d,\"errors\":0,\"slow\":0,\"slowest\":[],\"recentErrors\":[]}".formatted(i));
    }
  }

  private static void requests(SqlStore store) {
    Optional<String> no = Optional.empty();
    Filter everything =
        new Filter(
            no,
            new Labels(no, no, no, no),
            new Results(no, no, Optional.empty()),
            new Period(Optional.empty(), Optional.empty()));
    List<RequestRow> rows =
        now(store.requestHistory().page(everything, Optional.empty(), ROWS)).rows();
    assertThat(rows).hasSize(ROWS);
    assertThat(rows.get(0).id()).isEqualTo("request-299");

    RequestRecord found = now(store.requestHistory().find("request-7")).orElseThrow();
    assertThat(found.row().times().total()).contains(Duration.ofMillis(5));
    assertThat(found.asked().firstMatch().get(0)).containsEntry("n", 7);
    assertThat(found.steps())
        .containsExactly(
            RequestStep.of(RequestStep.Kind.ADMITTED, found.row().arrived()),
            RequestStep.of(RequestStep.Kind.ATTEMPT_ENDED, found.row().arrived().plusMillis(2))
                .on(new NamedDevice(new DeviceId("phone"), "Pixel"))
                .outcome("created")
                .took(Duration.ofNanos(1_500_000)),
            RequestStep.of(RequestStep.Kind.LOCKED, found.row().arrived().plusMillis(1))
                .on(new NamedDevice(new DeviceId("tv"), "TV"))
                .cause("c"));
    RecordedTraffic.Time time = new RecordedTraffic.Time(AT, AT.plusSeconds(1));
    assertThat(now(store.recordedTraffic().requests(time, Optional.empty(), ROWS)).rows())
        .hasSize(ROWS)
        .allSatisfy(
            request ->
                assertThat(request.result().locked()).contains(request.arrived().plusMillis(1)));
    assertThat(now(store.requestHistory().ofSession("session-7"))).contains("request-7");
    assertThat(now(store.requestHistory().write(List.of(found))))
        .as("written again")
        .isEqualTo(Result.WRITTEN);
    assertThat(now(store.requestHistory().page(everything, Optional.empty(), 500)).rows())
        .hasSize(ROWS);
  }

  private static void periods(SqlStore store) {
    DeviceId phone = new DeviceId("phone");
    DeviceHistory.Filter all =
        new DeviceHistory.Filter(phone, Optional.empty(), Optional.empty(), Optional.empty());
    List<DevicePeriod> periods =
        now(store.deviceHistory().page(all, Optional.empty(), 500)).periods();
    assertThat(periods).hasSize(ROWS);
    assertThat(periods.get(ROWS - 1).kind()).isEqualTo(Kind.MAINTENANCE);

    DevicePeriod one = periods.get(7);
    now(
        store
            .deviceHistory()
            .write(
                List.of(
                    new PeriodChange.Whole(one),
                    new PeriodChange.End(phone, Kind.MAINTENANCE, AT.plusSeconds(9)))));
    List<DevicePeriod> later =
        now(store.deviceHistory().page(all, Optional.empty(), 500)).periods();
    assertThat(later).hasSize(ROWS);
    assertThat(later.get(ROWS - 1).ended()).contains(AT.plusSeconds(9));
    assertThat(later.get(ROWS - 1).labels().by().began()).contains("b");
  }
}
