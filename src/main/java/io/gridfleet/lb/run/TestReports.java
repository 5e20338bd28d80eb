package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Reports of suites on their sessions; a port over durable storage. */
public interface TestReports {

  CompletionStage<Optional<TestReport>> find(String session);

  /**
   * Changes the report on one session atomically, or creates it ({@link TestReport#about}).
   *
   * @return the report after the change
   */
  CompletionStage<TestReport> change(String session, Change change);

  /** Computes the new report. May be called more than once; has no side effects. */
  interface Change {
    /** Returns the new report; the same object if there is nothing to write, unless it is new. */
    TestReport apply(TestReport report, Instant now);
  }
}
