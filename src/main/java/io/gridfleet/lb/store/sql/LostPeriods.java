package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Ends periods that nobody ended, because their replica died or a record was dropped. The facts are
 * in other tables of the same store, except for nodes that don't answer: each replica probes them,
 * and an offline period is of the one that began it until that one is dead. An offline device
 * without a period gets one.
 */
final class LostPeriods {
  /** Facts are stored before their periods, and periods in batches: a younger row may be right. */
  private static final Duration YOUNG = Duration.ofSeconds(30);

  private static final String EXPIRED =
      """
      UPDATE device_periods SET ended = planned_end
      WHERE kind IN ('AVOIDED', 'COOLDOWN') AND ended IS NULL AND planned_end <= <now>
      """;

  /** A begin that was written after the end, with the time of another replica's clock. */
  private static final String LATE_BEGINS =
      """
      DELETE FROM device_periods
      WHERE kind = 'SESSION' AND ended IS NULL AND began < <now> - :young AND CASE
        WHEN EXISTS (
          SELECT 1 FROM sessions
          WHERE sessions.id = device_periods.session AND sessions.ended IS NULL) THEN FALSE
        ELSE EXISTS (
          SELECT 1 FROM device_periods whole
          WHERE whole.began BETWEEN device_periods.began - 1000 AND device_periods.began + 1000
            AND whole.device = device_periods.device AND whole.id = device_periods.id
            AND whole.ended IS NOT NULL)
        END
      """;

  private static final String SESSIONS =
      """
      UPDATE device_periods SET cause = 'lost', ended = COALESCE((
        SELECT max(sessions.ended) FROM sessions
        WHERE sessions.device = device_periods.device AND sessions.id = device_periods.session
          AND sessions.ended >= device_periods.began), <now>)
      WHERE kind = 'SESSION' AND ended IS NULL AND began < <now> - :young AND NOT EXISTS (
        SELECT 1 FROM sessions
        WHERE sessions.id = device_periods.session AND sessions.ended IS NULL)
      """;

  private static final String OF_ITS_RUN =
      "(device_periods.run IS NULL OR reserved_devices.run = device_periods.run)";

  /** The facts that contradict an open period by their absence. */
  private static final List<String> CONTRADICTED =
      List.of(
          contradicted("AVOIDED", "avoided_devices", "expires > <now>"),
          contradicted("MAINTENANCE", "device_overrides", "maintenance IS NOT NULL"),
          contradicted("RESERVATION", "reserved_devices", OF_ITS_RUN),
          contradicted("COOLDOWN", "reserved_devices", OF_ITS_RUN),
          contradicted("OPERATOR_LOCK", "device_locks", "kind = 'OPERATOR'"));

  private static final String TAKE_OVER =
      """
      UPDATE device_periods SET replica = :own
      WHERE kind = 'OFFLINE' AND ended IS NULL AND replica <> :own AND NOT EXISTS (
        SELECT 1 FROM replicas
        WHERE replicas.id = device_periods.replica AND heartbeat > <now> - :silent)
      """;

  private static final String OWN_OFFLINE =
      """
      SELECT device FROM device_periods
      WHERE kind = 'OFFLINE' AND ended IS NULL AND replica = :own AND began < <now> - :young
      """;

  private static final String BACK =
      """
      UPDATE device_periods SET ended = <now>
      WHERE kind = 'OFFLINE' AND ended IS NULL AND replica = :own AND device = :device
      """;

  /** Devices whose offline period is open, or ended so lately that they may be seen offline yet. */
  private static final String OFFLINE =
      """
      SELECT device FROM device_periods WHERE kind = 'OFFLINE' AND ended IS NULL
      UNION ALL
      SELECT device FROM device_periods WHERE kind = 'OFFLINE' AND ended > <now> - :young
      """;

  /** Some milliseconds; the next turn begins others. */
  private static final int MAX_BEGUN = 1_000;

  private final DevicePeriodWrites writes;
  private final String own;
  private final Duration silent;

  LostPeriods(DevicePeriodWrites writes, String own, Duration silent) {
    this.writes = writes;
    this.own = own;
    this.silent = silent;
  }

  private static String contradicted(String kind, String table, String condition) {
    return """
           UPDATE device_periods SET ended = <now>
           WHERE kind = '%1$s' AND ended IS NULL AND began < <now> - :young AND NOT EXISTS (
             SELECT 1 FROM %2$s WHERE %2$s.device = device_periods.device AND %3$s)
           """
        .formatted(kind, table, condition.replace("kind =", table + ".kind ="));
  }

  /** Returns how many were ended. */
  int reconcile(Handle handle, List<DeviceHistory.Offline> offline) {
    int ended = handle.createUpdate(EXPIRED).execute();
    handle.createUpdate(LATE_BEGINS).bind("young", YOUNG.toMillis()).execute();
    ended += handle.createUpdate(SESSIONS).bind("young", YOUNG.toMillis()).execute();
    for (String statement : CONTRADICTED) {
      ended += handle.createUpdate(statement).bind("young", YOUNG.toMillis()).execute();
    }
    Set<DeviceId> devices =
        offline.stream().map(each -> each.device().id()).collect(Collectors.toSet());
    ended += endOffline(handle, devices);
    beginMissing(handle, offline);
    return ended;
  }

  private int endOffline(Handle handle, Set<DeviceId> offline) {
    handle.createUpdate(TAKE_OVER).bind("own", own).bind("silent", silent.toMillis()).execute();
    List<String> back =
        handle
            .createQuery(OWN_OFFLINE)
            .bind("own", own)
            .bind("young", YOUNG.toMillis())
            .mapTo(String.class)
            .filter(device -> !offline.contains(new DeviceId(device)))
            .list();
    if (!back.isEmpty()) {
      PreparedBatch batch = handle.prepareBatch(BACK);
      back.forEach(device -> batch.bind("own", own).bind("device", device).add());
      batch.execute();
    }
    return back.size();
  }

  /** Begins offline periods of devices that are offline and have none. */
  private void beginMissing(Handle handle, List<DeviceHistory.Offline> offline) {
    if (offline.isEmpty()) {
      return;
    }
    Set<String> known =
        handle
            .createQuery(OFFLINE)
            .bind("young", YOUNG.toMillis())
            .mapTo(String.class)
            .collectIntoSet();
    Instant now = Instant.ofEpochMilli(handle.createQuery("SELECT <now>").mapTo(Long.class).one());
    writes.begin(
        handle,
        offline.stream()
            .filter(each -> !known.contains(each.device().id().value()))
            .limit(MAX_BEGUN)
            .map(each -> period(each, now))
            .toList());
  }

  private static DevicePeriod period(DeviceHistory.Offline found, Instant now) {
    return new DevicePeriod(
        UUID.randomUUID().toString(),
        found.device(),
        DevicePeriod.Kind.OFFLINE,
        now,
        Optional.empty(),
        Optional.empty(),
        new DevicePeriod.Labels(DevicePeriod.Who.NOBODY, "node", found.cause()));
  }
}
