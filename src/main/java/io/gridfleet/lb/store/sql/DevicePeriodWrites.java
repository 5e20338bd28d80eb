package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.PeriodChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes of the history of devices as rows. A row is named by its device, its begin and its
 * id, so that a batch which is written again changes nothing, and begin and end of a session may
 * come from two replicas in any order.
 */
final class DevicePeriodWrites {
  private static final String INSERT =
      """
      INSERT INTO device_periods (id, device, device_name, platform, kind, began, ended,
        planned_end, session, request, run, tenant, cause, text, replica, began_by, ended_by)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private static final String BEGIN = INSERT + "ON CONFLICT DO NOTHING";

  private static final String WHOLE =
      INSERT
          + """
            ON CONFLICT (device, began, id) DO UPDATE SET ended = excluded.ended,
              cause = excluded.cause, ended_by = excluded.ended_by
            WHERE device_periods.ended IS NULL
            """;

  /**
   * Ends the open period of a session. Its begin is that of the clock of the replica it began on.
   */
  private static final String END_SESSION =
      """
      UPDATE device_periods SET ended = ?, cause = ?, ended_by = ?
      WHERE kind = 'SESSION' AND id = ? AND ended IS NULL
      """;

  /** Whether a session's period is there, whose begin may differ by the clocks of replicas. */
  private static final String KNOWN =
      """
      SELECT count(*) FROM device_periods
      WHERE began BETWEEN :began - 1000 AND :began + 1000 AND device = :device AND id = :id
      """;

  /** The open period of a kind of which a device has one, by the index of these. */
  private static final String OPEN =
      """
      WHERE device = :device AND kind = :kind AND ended IS NULL
        AND kind NOT IN ('SESSION', 'FAILED_ATTEMPT')
      """;

  /**
   * A period whose planned end has passed isn't continued by a later one, nor is that of a run by
   * one of another run, whose replica may write the begin before the end of the former is written.
   */
  private static final String SUPERSEDE =
      """
      UPDATE device_periods
      SET ended = CASE WHEN planned_end <= :began THEN planned_end ELSE :began END
      """
          + OPEN
          + " AND (planned_end <= :began OR began <= :began AND run <> CAST(:run AS TEXT))";

  private static final String CONTINUE =
      """
      UPDATE device_periods SET planned_end = :plannedEnd, cause = :cause, text = :text,
        began_by = :beganBy
      """
          + OPEN
          + " AND (run IS NULL OR run = CAST(:run AS TEXT))";

  /** Each replica probes the nodes: one that is reached by one may be out of reach of another. */
  private static final String END =
      "UPDATE device_periods SET ended = :at, ended_by = :by "
          + OPEN
          + """
              AND began <= :at AND (planned_end IS NULL OR planned_end > :at)
              AND (kind <> 'OFFLINE' OR replica = :own OR NOT EXISTS (
                SELECT 1 FROM replicas
                WHERE replicas.id = device_periods.replica AND heartbeat > <now> - :silent))
            """;

  private final String own;
  private final Duration silent;

  DevicePeriodWrites(String own, Duration silent) {
    this.own = own;
    this.silent = silent;
  }

  /** Begins periods of devices that have none of their kinds. */
  void begin(Handle handle, List<DevicePeriod> periods) {
    RowBatch.write(handle, BEGIN, periods, this::bind);
  }

  /**
   * Sessions and attempts need no order among other changes: theirs are written as one row each,
   * however many changes of it are in the batch.
   */
  void write(Handle handle, List<PeriodChange> batch) {
    Map<String, PeriodChange> several = new LinkedHashMap<>();
    Set<String> begun = new HashSet<>();
    for (PeriodChange change : batch) {
      if (change instanceof PeriodChange.End end) {
        end(handle, end);
      } else if (ofSeveral(change)) {
        several.merge(period(change).id(), change, DevicePeriodWrites::both);
        if (change instanceof PeriodChange.Begin) {
          begun.add(period(change).id());
        }
      } else if (change instanceof PeriodChange.Begin begin) {
        begin(handle, begin.period());
      } else {
        RowBatch.write(handle, WHOLE, List.of(period(change)), this::bind);
      }
    }
    writeSeveral(handle, several.values(), begun);
  }

  private void writeSeveral(
      Handle handle, Collection<PeriodChange> changes, Set<String> begunHere) {
    List<DevicePeriod> begun = new ArrayList<>();
    List<DevicePeriod> whole = new ArrayList<>();
    List<DevicePeriod> ended = new ArrayList<>();
    for (PeriodChange change : changes) {
      DevicePeriod period = period(change);
      if (change instanceof PeriodChange.Begin) {
        begun.add(period);
      } else if (period.kind() == Kind.SESSION && !begunHere.contains(period.id())) {
        ended.add(period);
      } else {
        whole.add(period);
      }
    }
    begin(handle, begun);
    whole.addAll(notEnded(handle, ended));
    RowBatch.write(handle, WHOLE, whole, this::bind);
  }

  /** Ends the sessions that are open, and returns the others that aren't there. */
  private static List<DevicePeriod> notEnded(Handle handle, List<DevicePeriod> ended) {
    int[] found =
        RowBatch.write(
            handle,
            END_SESSION,
            ended,
            (values, period) ->
                values
                    .time(period.ended())
                    .text(period.labels().cause())
                    .text(period.labels().by().ended())
                    .text(period.id()));
    List<DevicePeriod> unknown = new ArrayList<>();
    for (int i = 0; i < found.length; i++) {
      if (found[i] == 0 && !isKnown(handle, ended.get(i))) {
        unknown.add(ended.get(i));
      }
    }
    return unknown;
  }

  private static boolean isKnown(Handle handle, DevicePeriod period) {
    return handle
            .createQuery(KNOWN)
            .bind("began", period.began().toEpochMilli())
            .bind("device", period.device().id().value())
            .bind("id", period.id())
            .mapTo(Integer.class)
            .one()
        > 0;
  }

  private static DevicePeriod period(PeriodChange change) {
    return change instanceof PeriodChange.Begin begin
        ? begin.period()
        : ((PeriodChange.Whole) change).period();
  }

  /** Whether a device may have several open periods of this kind. */
  private static boolean ofSeveral(PeriodChange change) {
    Kind kind = period(change).kind();
    return kind == Kind.SESSION || kind == Kind.FAILED_ATTEMPT;
  }

  /** What {@link #BEGIN} and {@link #WHOLE} make of both changes, one after the other. */
  private static PeriodChange both(PeriodChange first, PeriodChange second) {
    DevicePeriod known = period(first);
    if (known.ended().isPresent() || second instanceof PeriodChange.Begin) {
      return first;
    }
    DevicePeriod later = period(second);
    return new PeriodChange.Whole(
        new DevicePeriod(
            known.id(),
            known.device(),
            known.kind(),
            known.began(),
            later.ended(),
            known.until(),
            new DevicePeriod.Labels(
                known.labels().who(),
                later.labels().cause(),
                known.labels().text(),
                new DevicePeriod.Actors(
                    known.labels().by().began(), later.labels().by().ended()))));
  }

  private void end(Handle handle, PeriodChange.End end) {
    handle
        .createUpdate(END)
        .bind("device", end.device().value())
        .bind("kind", end.kind().name())
        .bind("at", end.at().toEpochMilli())
        .bindByType("by", text(end.by()), String.class)
        .bind("own", own)
        .bind("silent", silent.toMillis())
        .execute();
  }

  /** Of a kind of which a device has one open period. */
  private void begin(Handle handle, DevicePeriod period) {
    handle
        .createUpdate(SUPERSEDE)
        .bind("device", period.device().id().value())
        .bind("kind", period.kind().name())
        .bindByType("run", text(period.labels().who().run()), String.class)
        .bind("began", period.began().toEpochMilli())
        .execute();
    if (continued(handle, period) == 0) {
      begin(handle, List.of(period));
    }
  }

  private static int continued(Handle handle, DevicePeriod period) {
    return handle
        .createUpdate(CONTINUE)
        .bind("device", period.device().id().value())
        .bind("kind", period.kind().name())
        .bindByType("run", text(period.labels().who().run()), String.class)
        .bindByType("plannedEnd", millis(period.until()), Long.class)
        .bind("cause", Columns.storable(period.labels().cause()))
        .bind("text", Columns.storable(period.labels().text()))
        .bindByType("beganBy", text(period.labels().by().began()), String.class)
        .execute();
  }

  private void bind(RowBatch values, DevicePeriod period) {
    DevicePeriod.Who who = period.labels().who();
    values
        .text(period.id())
        .text(period.device().id().value())
        .text(period.device().name())
        .text(period.device().platform())
        .text(period.kind().name())
        .number(period.began().toEpochMilli())
        .time(period.ended())
        .time(period.until())
        .text(who.session())
        .text(who.request())
        .text(who.run())
        .text(who.tenant())
        .text(period.labels().cause())
        .text(period.labels().text())
        .text(own)
        .text(period.labels().by().began())
        .text(period.labels().by().ended());
  }

  private static @Nullable Long millis(Optional<Instant> time) {
    return time.map(Instant::toEpochMilli).orElse(null);
  }

  private static @Nullable String text(Optional<String> text) {
    return text.map(Columns::storable).orElse(null);
  }
}
