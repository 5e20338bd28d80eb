package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.store.statement.Statements;
import io.gridfleet.lb.webdriver.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The use of devices, from the records of devices and requests. Spans that are within the time of a
 * query are summed up by the database, those that ended in one day at a time, because SQLite
 * executes nothing else meanwhile: 200 000 spans of two weeks take some ten milliseconds a day.
 * Spans that are partly within it, at most a few of each device, are read one by one.
 */
final class SqlUsage implements Usage {
  private static final long HOUR = 3_600_000;
  private static final long DAY = 24 * HOUR;

  private static final String OF_USE =
      "kind IN ('SESSION', 'MAINTENANCE', 'OFFLINE') AND began < :to <own>";

  /** A device's group, first and last hour are one number: SQLite sorts rows by it. */
  private static final String WITHIN =
      """
      WITH known AS MATERIALIZED (<numbers>)
      SELECT
        ((number * 2 + CASE kind WHEN 'SESSION' THEN 1 ELSE 0 END) * :hours
          + (began - :start) / 3600000) * :hours
          + (CASE WHEN ended > began THEN ended - 1 ELSE ended END - :start) / 3600000,
        count(*), CAST(sum(began - :start) AS BIGINT), CAST(sum(ended - :start) AS BIGINT)
      FROM device_periods CROSS JOIN known
      WHERE known.name = device_periods.device AND ended IS NOT NULL
        AND ended > :after AND ended <= :until AND began >= :from AND began <= ended AND
      """
          + OF_USE
          + " GROUP BY 1";

  private static final String PARTLY =
      "SELECT device, kind, began, ended FROM device_periods WHERE ended IS NOT NULL"
          + " AND ended > :from AND (began < :from OR ended > :to OR ended < began) AND "
          + OF_USE
          + " UNION ALL SELECT device, kind, began, :to FROM device_periods WHERE ended IS NULL AND "
          + OF_USE
          + " LIMIT :limit";

  private final Statements statements;

  SqlUsage(Statements statements) {
    this.statements = statements;
  }

  private static org.jdbi.v3.core.statement.Query bound(Handle handle, String sql, Query query) {
    org.jdbi.v3.core.statement.Query statement =
        handle
            .createQuery(sql)
            .bind("from", query.from().toEpochMilli())
            .bind("to", query.to().toEpochMilli());
    query.only().ifPresent(tenant -> statement.bind("tenant", Columns.storable(tenant)));
    return statement;
  }

  private static org.jdbi.v3.core.statement.Query ofUse(Handle handle, String sql, Query query) {
    return bound(handle, sql, query)
        .define(
            "own", query.only().isPresent() ? "AND (kind <> 'SESSION' OR tenant = :tenant)" : "");
  }

  @Override
  public CompletionStage<List<Sum>> sums(Query query, Map<DeviceId, Integer> groups) {
    Hours hours = new Hours(query.from().toEpochMilli(), query.to().toEpochMilli());
    Map<String, Integer> numbers = new HashMap<>();
    groups.forEach((device, group) -> numbers.put(device.value(), group));
    return statements
        .run("usage.partly", handle -> partly(handle, query, hours, numbers))
        .thenCompose(
            sums -> within(query, hours, Json.text(numbers), query.from().toEpochMilli(), sums));
  }

  private static List<Sum> partly(
      Handle handle, Query query, Hours hours, Map<String, Integer> groups) {
    List<Sum> sums = new ArrayList<>();
    ofUse(handle, PARTLY, query)
        .bind("limit", MAX_ROWS)
        .map(
            (row, context) -> {
              @Nullable Integer group = groups.get(row.getString(1));
              boolean session = row.getString(2).equals(Kind.SESSION.name());
              return group == null
                  ? Optional.<Sum>empty()
                  : Optional.of(hours.sum(group, session, row.getLong(3), row.getLong(4)));
            })
        .forEach(sum -> sum.ifPresent(sums::add));
    return sums;
  }

  /** Adds the sums of the spans that ended after an instant, a day by one statement. */
  private CompletionStage<List<Sum>> within(
      Query query, Hours hours, String groups, long after, List<Sum> sums) {
    if (after >= hours.to()) {
      return CompletableFuture.completedStage(sums);
    }
    long until = Math.min(hours.to(), after + DAY);
    return statements
        .inTransaction(
            "usage.within",
            handle -> {
              handle.execute("<hashJoins>");
              ofUse(handle, WITHIN, query)
                  .bind("numbers", groups)
                  .bind("hours", hours.count())
                  .bind("start", hours.start())
                  .bind("after", after)
                  .bind("until", until)
                  .map((row, context) -> hours.sum(row))
                  .forEach(sums::add);
              return sums;
            })
        .thenCompose(added -> within(query, hours, groups, until, added));
  }

  /** The hours of a query. */
  private record Hours(long from, long to) {
    long start() {
      return from - Math.floorMod(from, HOUR);
    }

    long count() {
      return (to - start()) / HOUR + 1;
    }

    /** A row of {@link #WITHIN}. */
    Sum sum(ResultSet row) throws SQLException {
      long last = row.getLong(1) % count();
      long first = row.getLong(1) / count() % count();
      long key = row.getLong(1) / count() / count();
      int spans = row.getInt(2);
      return new Sum(
          (int) (key / 2),
          key % 2 == 1,
          start() / HOUR + first,
          start() / HOUR + last,
          spans,
          spans,
          row.getLong(3) - spans * first * HOUR,
          row.getLong(4) - spans * last * HOUR);
    }

    /** One span. */
    Sum sum(int group, boolean session, long began, long ended) {
      long begin = Math.max(from, began);
      long end = Math.max(begin, Math.min(to, ended));
      long first = begin / HOUR;
      long last = end > begin ? (end - 1) / HOUR : first;
      return new Sum(
          group,
          session,
          first,
          last,
          1,
          began >= from ? 1 : 0,
          begin - first * HOUR,
          end - last * HOUR);
    }
  }

  @Override
  public CompletionStage<List<Wait>> waits(Query query) {
    String own = query.only().isPresent() ? " AND tenant = :tenant" : "";
    String sql =
        "SELECT device, arrived, waited FROM request_records"
            + " WHERE arrived >= :from AND arrived < :to AND outcome = 'CREATED'"
            + " AND device IS NOT NULL"
            + own
            + " ORDER BY arrived DESC LIMIT :limit";
    return statements.run(
        "usage.waits",
        handle -> {
          Map<String, DeviceId> devices = new HashMap<>();
          return bound(handle, sql, query)
              .bind("limit", MAX_ROWS)
              .map(
                  (row, context) ->
                      new Wait(
                          devices.computeIfAbsent(row.getString(1), DeviceId::new),
                          Instant.ofEpochMilli(row.getLong(2)),
                          Duration.ofMillis(row.getLong(3))))
              .list();
        });
  }
}
