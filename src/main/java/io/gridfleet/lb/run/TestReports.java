package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
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

  /** Returns the reports that name one of these runs or a session of one, as {@link #newest}. */
  CompletionStage<List<TestReport>> ofRuns(Collection<RunId> runs);

  /** Returns the newest reports first; large details are {@link TestReport#isWhole omitted}. */
  CompletionStage<List<TestReport>> newest(int limit);

  /** Returns the sessions of the {@link #newest}. */
  default CompletionStage<List<String>> newestIds(int limit) {
    return newest(limit).thenApply(all -> all.stream().map(TestReport::session).toList());
  }
}
