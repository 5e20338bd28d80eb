package io.gridfleet.lb.run;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What suites said about their sessions: a port over facts that survive a crash. */
public interface TestReports {

  CompletionStage<Optional<TestReport>> find(String session);

  /**
   * Changes the report about one session in one step, or begins it ({@link TestReport#about}).
   *
   * @return the report as it is now
   */
  CompletionStage<TestReport> change(String session, Change change);

  /** What a report becomes. May be asked more than once; has no effect of its own. */
  interface Change {
    /** The same object means that there is nothing to write, unless the report is new. */
    TestReport apply(TestReport report, Instant now);
  }

  /** Those that name one of these runs, and those about a session of one, as {@link #newest}. */
  CompletionStage<List<TestReport>> ofRuns(Collection<RunId> runs);

  /**
   * The newest first; the details of those that have many are {@link TestReport#isWhole left out}.
   */
  CompletionStage<List<TestReport>> newest(int limit);

  /** The sessions of the {@link #newest}. */
  default CompletionStage<List<String>> newestIds(int limit) {
    return newest(limit).thenApply(all -> all.stream().map(TestReport::session).toList());
  }
}
