package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.replica.Replicas;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/** Deletes expired records in small steps, one replica at a time. */
final class Pruning {
  /** Rows of one step: a few milliseconds, so that other statements don't wait for long. */
  private static final int STEP = 500;

  /** A replica without a heartbeat for this long will not come back. */
  private static final Duration REPLICA_GONE = Duration.ofDays(1);

  /** The clocks of replicas differ by less. */
  private static final Duration SIGN_IN_MARGIN = Duration.ofHours(1);

  private static final String SESSIONS =
      """
      DELETE FROM sessions WHERE (device, slot, token) IN (
        SELECT device, slot, token FROM sessions
        WHERE ended IS NOT NULL AND ended < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String IDEMPOTENCY =
      """
      DELETE FROM idempotency_records WHERE request_key IN (
        SELECT request_key FROM idempotency_records
        WHERE expires < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String AVOIDED =
      """
      DELETE FROM avoided_devices WHERE device IN (
        SELECT device FROM avoided_devices
        WHERE expires < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String KEYED =
      """
      DELETE FROM keyed_requests WHERE request_key IN (
        SELECT request_key FROM keyed_requests
        WHERE NOT EXISTS (
          SELECT 1 FROM replicas
          WHERE replicas.id = keyed_requests.replica AND heartbeat > <now> - :keep)
        LIMIT :step <skipLocked>)
      """;

  /** A replica that was only silent writes its rows again; a removal waits for it longer. */
  private static final String WAITING =
      """
      DELETE FROM waiting_requests WHERE id IN (
        SELECT id FROM waiting_requests
        WHERE NOT EXISTS (
          SELECT 1 FROM replicas
          WHERE replicas.id = waiting_requests.replica
            AND (heartbeat > <now> - :keep OR waiting_requests.removal IS NOT NULL))
        LIMIT :step <skipLocked>)
      """;

  private static final String REPLICAS =
      """
      DELETE FROM replicas WHERE id IN (
        SELECT id FROM replicas WHERE heartbeat < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String RUNS =
      """
      DELETE FROM runs WHERE id IN (
        SELECT id FROM runs
        WHERE completed IS NOT NULL AND completed < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String REPORTS =
      """
      DELETE FROM test_reports WHERE session IN (
        SELECT session FROM test_reports
        WHERE reported < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private static final String SIGN_INS =
      """
      DELETE FROM ended_sign_ins WHERE id IN (
        SELECT id FROM ended_sign_ins WHERE expires < <now> - :keep LIMIT :step <skipLocked>)
      """;

  private final Jdbi jdbi;
  private final Duration keepEnded;

  Pruning(Jdbi jdbi, Duration keepEnded) {
    this.jdbi = jdbi;
    this.keepEnded = keepEnded;
  }

  /** Returns the number of deleted rows. */
  int run() {
    return all(SESSIONS, keepEnded)
        + all(RUNS, keepEnded)
        + all(REPORTS, keepEnded)
        + all(IDEMPOTENCY, Duration.ZERO)
        + all(AVOIDED, Duration.ZERO)
        + all(SIGN_INS, SIGN_IN_MARGIN)
        + all(KEYED, Replicas.SILENT)
        + all(WAITING, Replicas.SILENT)
        + all(REPLICAS, REPLICA_GONE);
  }

  private int all(String delete, Duration keep) {
    int gone = 0;
    for (int step = STEP; step == STEP; gone += step) {
      step = step(delete, keep);
    }
    return gone;
  }

  private int step(String delete, Duration keep) {
    return jdbi.withHandle(
        handle ->
            handle.createUpdate(delete).bind("keep", keep.toMillis()).bind("step", STEP).execute());
  }
}
