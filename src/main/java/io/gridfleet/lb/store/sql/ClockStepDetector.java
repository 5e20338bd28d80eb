package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.store.replica.SharedDuties;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the store's wall clock was set, by a monotonic clock of this process, and moves the
 * last activity of live sessions by the same step: no session becomes idle because of it. Each
 * replica checks before it queries idle sessions; the first one to detect a step corrects the rows.
 *
 * <p>Across a restart only the store's clock is known. The time from the last check of any replica
 * to the first one of this process isn't counted as silence: no client could be active then, or the
 * clock was set.
 *
 * <p>Guarded by its own lock, which is held during the query.
 */
final class ClockStepDetector {
  private static final Logger LOG = LoggerFactory.getLogger(ClockStepDetector.class);

  /** Less than this is a slow answer, or a clock that is slewed. */
  private static final Duration MIN = Duration.ofSeconds(5);

  /** For this long after one replica's correction no other corrects the same step. */
  private static final Duration ONCE = Duration.ofMinutes(1);

  private static final String FORWARD =
      """
      UPDATE sessions SET last_activity = last_activity + :step
      WHERE ended IS NULL AND last_activity <= :expected
      """;

  private static final String RESTART =
      """
      UPDATE sessions
      SET last_activity = CASE
        WHEN last_activity + :step < <now> THEN last_activity + :step ELSE <now> END
      WHERE ended IS NULL
      """;

  /** The name of the last check in the table of duties. */
  private static final String CHECK = "idle-check";

  private static final String BACKWARD =
      "UPDATE sessions SET last_activity = <now> WHERE ended IS NULL AND last_activity > <now>";

  private final SharedDuties duties;
  private final LongSupplier nanos;

  /** Of the last check that has committed; guarded by this. */
  private @Nullable Reading last;

  /** The store's clock, and the monotonic clock at that time. */
  private record Reading(long storeMillis, long atNanos) {}

  /**
   * A check that may still be rolled back.
   *
   * @param stepped whether the clock was set, so that rows were corrected
   */
  record Check(boolean stepped, Reading reading) {}

  /**
   * @param nanos a monotonic clock, as {@link System#nanoTime}
   */
  ClockStepDetector(SharedDuties duties, LongSupplier nanos) {
    this.duties = duties;
    this.nanos = nanos;
  }

  /**
   * Compares the clocks and corrects the rows if there was a step. The caller reports {@link
   * #committed} afterwards: a step whose correction is rolled back is found again.
   */
  synchronized Check check(Handle handle) {
    Reading known = last;
    long before = nanos.getAsLong();
    long now = handle.createQuery("SELECT <now>").mapTo(Long.class).one();
    long after = nanos.getAsLong();
    long expected =
        known != null
            ? known.storeMillis() + Duration.ofNanos(before - known.atNanos()).toMillis()
            : duties.lastDone(handle, CHECK).orElse(now);
    long step = now - expected;
    long least = MIN.plusNanos(after - before).toMillis();
    boolean stepped = Math.abs(step) > least;
    boolean restarted = known == null;
    duties.done(handle, CHECK);
    if (stepped) {
      LOG.warn(
          restarted
              ? "{} s by the store's clock since the last check for idle sessions aren't counted"
              : "The store's clock was set by {} s",
          Duration.ofMillis(step).toSeconds());
      correct(handle, step, expected, restarted);
    }
    return new Check(stepped, new Reading(now, before));
  }

  synchronized void committed(Check check) {
    last = check.reading();
  }

  private void correct(Handle handle, long step, long expected, boolean restarted) {
    if (step < 0) {
      handle.createUpdate(BACKWARD).execute();
    } else if (restarted) {
      handle.createUpdate(RESTART).bind("step", step).execute();
    } else if (duties.takeTurn(handle, "clock-step", ONCE)) {
      handle.createUpdate(FORWARD).bind("step", step).bind("expected", expected).execute();
    }
  }
}
