package io.gridfleet.lb.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Thousands of sessions with their reports, written as a program with schema version 6 does. */
public final class SessionListRows {
  /** Rows of one statement, which is given up after a few seconds. */
  private static final int STEP = 5_000;

  private static final String NUMBERS =
      "WITH RECURSIVE numbers (i) AS (SELECT %1$d UNION ALL SELECT i + 1 FROM numbers WHERE i < %2$d) ";

  /**
   * Of 40 tenants, 200 devices and 400 tests; two hundred runs have a tenth of them. A hundredth
   * ended because it was idle.
   */
  private static final String SESSIONS =
      """
      INSERT INTO sessions (device, slot, token, id, node, tenant, run, test_name, idle_limit,
        command_timeout, direct, capabilities, tunnels, created, last_activity, ended, end_reason)
      SELECT 'device-' || (i %% 200), 0, i, 'many-' || i, 'mini-1', 'tenant-' || (i %% 40),
        CASE WHEN i %% 10 = 0 THEN 'run-' || (i %% 2000) END, 'test-' || (i %% 400), 60000, 60000, false, '{}',
        '{}', %3$d + i / 3, %3$d + i / 3, %3$d + i / 3 + 5,
        CASE WHEN i %% 100 = 50 THEN 'IDLE' ELSE 'CLIENT_DELETED' END
      FROM numbers
      """;

  /** A thousandth failed, a tenth passed, and of the others nothing was reported. */
  private static final String REPORTS =
      """
      INSERT INTO test_reports (session, version, reported, run, body)
      SELECT 'many-' || i, 1, %3$d + i / 3, NULL,
        '{"session":"many-' || i || '","reported":' || (%3$d + i / 3) || CASE
          WHEN i %% 1000 = 7 THEN ',"outcome":"FAILED"}'
          WHEN i %% 10 = 3 THEN ',"outcome":"PASSED"}'
          ELSE ',"registration":{"outcome":"RUNNING","details":{}}}' END
      FROM numbers WHERE i %% 2 = 1
      """;

  private SessionListRows() {}

  /** Adds rows that begin at this time, three in each millisecond. */
  public static void add(Handle handle, int number, Instant begin) {
    for (int first = 1; first <= number; first += STEP) {
      int last = Math.min(first + STEP - 1, number);
      for (String insert : List.of(SESSIONS, REPORTS)) {
        handle.execute((NUMBERS + insert).formatted(first, last, begin.toEpochMilli()));
      }
    }
  }
}
