package io.gridfleet.lb.run;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.TestReport.Outcome;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.SessionRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The list of sessions, live or ended, merged with the reports of suites; a port over durable
 * storage. Sessions and reports are merged by the session's id; of sessions with the same id the
 * newest is listed. The newest are first; of rows with equal times those with a session, then by
 * their keys.
 */
public interface SessionPages {

  /** Returns a page of the matching rows. */
  CompletionStage<Page> page(Filter filter, int offset, int limit);

  /**
   * Counts the rows of each of these runs by status; a run or a status without rows is absent.
   *
   * @param overdue as {@link Results#overdue}
   */
  CompletionStage<Map<RunId, Map<Outcome, Long>>> counts(Collection<RunId> runs, Instant overdue);

  /**
   * One row.
   *
   * @param key the id of the session, or the key of a report; what is present of both has it
   * @param record without capabilities and tunnels
   */
  record Row(String key, Optional<SessionRecord> record, Optional<TestReport> report) {}

  /**
   * A page of rows.
   *
   * @param total the number of all matching rows
   */
  record Page(List<Row> rows, long total) {}

  /**
   * The rows that are listed; what is absent doesn't limit them. The attributes of a row are those
   * of its session, or of its report where there is no session.
   *
   * @param devices one of these
   */
  record Filter(
      Labels labels,
      Optional<Set<DeviceId>> devices,
      Optional<RunId> run,
      Results results,
      Started started) {

    /** Returns the rows of these devices. */
    public static Filter on(Set<DeviceId> devices, Optional<String> tenant, Instant overdue) {
      return new Filter(
          new Labels(tenant, Optional.empty()),
          Optional.of(devices),
          Optional.empty(),
          Results.any(overdue),
          Started.ANY_TIME);
    }
  }

  /**
   * Whose session it was, and for what.
   *
   * @param tenant the owner
   * @param test the whole name of the test
   */
  record Labels(Optional<String> tenant, Optional<String> test) {}

  /**
   * How a session ended.
   *
   * @param status the status, see {@code overdue}
   * @param end why it ended; a session without an end, and a report without a session, have none
   * @param overdue a session that its suite registered and that ended without a reported outcome is
   *     {@code RUNNING} if it ended after this, {@code ERROR} if not
   */
  record Results(Optional<Outcome> status, Optional<EndReason> end, Instant overdue) {
    /** Returns those of all rows. */
    public static Results any(Instant overdue) {
      return new Results(Optional.empty(), Optional.empty(), overdue);
    }
  }

  /** When a session started; both ends are inclusive. */
  record Started(Optional<Instant> from, Optional<Instant> to) {
    public static final Started ANY_TIME = new Started(Optional.empty(), Optional.empty());
  }
}
