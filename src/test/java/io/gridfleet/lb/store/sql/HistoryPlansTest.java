package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RequestHistory.Cursor;
import io.gridfleet.lb.history.RequestHistory.Filter;
import io.gridfleet.lb.history.RequestHistory.Labels;
import io.gridfleet.lb.history.RequestHistory.Period;
import io.gridfleet.lb.history.RequestHistory.Results;
import io.gridfleet.lb.history.RequestRow.Outcome;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.store.StoreKind;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How SQLite reads the records: all other statements wait meanwhile, so no query reads every row of
 * a table or sorts all of them, but for those that go through one index of the newest rows, a
 * fraction of the table.
 */
final class HistoryPlansTest {
  private static final Optional<String> NO = Optional.empty();
  private static final Instant NOW = Instant.ofEpochMilli(1_800_000_000_000L);

  /** What reads the rows of a table in the order of its key, until it has enough of them. */
  private static final Set<String> BY_KEY =
      Set.of("ORDER BY seq LIMIT", "ORDER BY seq DESC LIMIT", "FROM session_commands");

  private final SqlStore store = StoreKind.SQLITE_FILE.open();
  private final Set<String> executed = new ConcurrentSkipListSet<>();

  @AfterEach
  void close() {
    store.close();
  }

  private static Labels labels(
      Optional<String> tenant, Optional<String> run, Optional<String> test) {
    return new Labels(tenant, run, test, NO);
  }

  private static List<Filter> filters() {
    Optional<String> x = Optional.of("x");
    Results all = new Results(NO, NO, Optional.empty());
    Results refused = new Results(NO, NO, Optional.of(Outcome.REFUSED));
    Period ever = new Period(Optional.empty(), Optional.empty());
    Period day = new Period(Optional.of(NOW.minusSeconds(86_400)), Optional.of(NOW));
    List<Filter> found = new ArrayList<>();
    for (Optional<String> only : List.of(NO, Optional.of("lab"))) {
      for (Period period : List.of(ever, day)) {
        found.add(new Filter(only, labels(NO, NO, NO), all, period));
        found.add(new Filter(only, labels(x, NO, NO), all, period));
        found.add(new Filter(only, labels(NO, x, NO), all, period));
        found.add(new Filter(only, labels(NO, NO, x), all, period));
        found.add(new Filter(only, new Labels(NO, NO, NO, x), all, period));
        found.add(new Filter(only, labels(NO, NO, NO), refused, period));
        found.add(
            new Filter(only, labels(NO, NO, NO), new Results(x, NO, Optional.empty()), period));
        found.add(
            new Filter(only, labels(NO, NO, NO), new Results(NO, x, Optional.empty()), period));
      }
    }
    return found;
  }

  private void readEverything() {
    for (Filter filter : filters()) {
      now(store.requestHistory().page(filter, Optional.empty(), 50));
      now(store.requestHistory().page(filter, Optional.of(new Cursor(NOW, "x")), 50));
    }
    now(store.requestHistory().find("x"));
    now(store.requestHistory().ofSession("x"));
    now(store.requestHistory().endLost(id -> false));
    now(store.requestHistory().prune(Duration.ofDays(1), 0));
    DeviceId phone = DeviceId.of("phone");
    for (Optional<String> only : List.of(NO, Optional.of("lab"))) {
      DeviceHistory.Filter filter =
          new DeviceHistory.Filter(phone, only, Optional.of(NOW), Optional.of(NOW));
      now(store.deviceHistory().page(filter, Optional.empty(), 50));
      now(store.deviceHistory().page(filter, Optional.of(new DeviceHistory.Cursor(NOW, "x")), 50));
      now(store.deviceHistory().failures(only, NOW, 50));
      Usage.Query query = new Usage.Query(NOW.minusSeconds(9), NOW, only);
      now(store.usage().sums(query, Map.of(phone, 0)));
      now(store.usage().waits(query));
    }
    now(store.deviceHistory().ended(50));
    now(
        store
            .deviceHistory()
            .reconcile(
                List.of(
                    new DeviceHistory.Offline(
                        new DevicePeriod.NamedDevice(phone, "phone", ""), ""))));
    now(
        store
            .deviceHistory()
            .write(List.of(new PeriodChange.End(phone, DevicePeriod.Kind.OFFLINE, NOW))));
    now(store.deviceHistory().prune(Duration.ofDays(1), 0));
    now(store.commandHistory().of("x"));
    now(store.commandHistory().prune(Duration.ofDays(1), 0));
    RecordedTraffic.Time time = new RecordedTraffic.Time(NOW.minusSeconds(9), NOW);
    for (Optional<RecordedTraffic.Cursor> after :
        List.of(
            Optional.<RecordedTraffic.Cursor>empty(),
            Optional.of(new RecordedTraffic.Cursor(NOW, "7")))) {
      now(store.recordedTraffic().requests(time, after, 50));
      now(store.recordedTraffic().uses(time, after, 50));
    }
  }

  @Test
  void noQueryReadsAWholeTableOrSortsAllOfIt() throws SQLException {
    store
        .jdbi()
        .setSqlLogger(
            new SqlLogger() {
              @Override
              public void logBeforeExecution(StatementContext context) {
                executed.add(context.getParsedSql().getSql());
              }
            });
    readEverything();
    store.jdbi().setSqlLogger(SqlLogger.NOP_SQL_LOGGER);

    Map<String, List<String>> plans = new TreeMap<>();
    store
        .jdbi()
        .useHandle(
            handle -> {
              for (String sql : executed) {
                plans.put(sql, plan(handle, sql));
              }
            });

    assertThat(plans).hasSizeGreaterThan(40);
    plans.forEach(
        (sql, plan) -> {
          boolean byKey = BY_KEY.stream().anyMatch(sql::contains);
          if (!byKey) {
            assertThat(plan).as(sql).noneMatch(HistoryPlansTest::isTableScan);
          }
          if (!sql.contains("UNION ALL")) {
            assertThat(plan).as(sql).noneMatch(line -> line.equals("USE TEMP B-TREE FOR ORDER BY"));
          }
        });
  }

  private static boolean isTableScan(String line) {
    return Stream.of("request_records", "device_periods", "session_commands")
        .anyMatch(table -> line.equals("SCAN " + table));
  }

  private static List<String> plan(Handle handle, String sql) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (PreparedStatement statement =
        handle.getConnection().prepareStatement("EXPLAIN QUERY PLAN " + sql)) {
      for (int i = 1; i <= statement.getParameterMetaData().getParameterCount(); i++) {
        statement.setNull(i, Types.VARCHAR);
      }
      ResultSet rows = statement.executeQuery();
      while (rows.next()) {
        lines.add(rows.getString("detail"));
      }
    }
    return lines;
  }
}
