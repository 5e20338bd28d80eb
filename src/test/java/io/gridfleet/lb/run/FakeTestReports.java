package io.gridfleet.lb.run;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Test reports in memory. */
public final class FakeTestReports implements TestReports {
  private final Map<String, TestReport> all = new LinkedHashMap<>();
  private final InstantSource clock;

  public FakeTestReports(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized CompletionStage<Optional<TestReport>> find(String session) {
    return CompletableFuture.completedStage(Optional.ofNullable(all.get(session)));
  }

  @Override
  public synchronized CompletionStage<TestReport> change(String session, Change change) {
    TestReport was = all.getOrDefault(session, TestReport.about(session, clock.instant()));
    TestReport now = change.apply(was, clock.instant());
    all.put(session, now);
    return CompletableFuture.completedStage(now);
  }

  /** All: who asks knows which sessions are a run's. */
  @Override
  public CompletionStage<List<TestReport>> ofRuns(Collection<RunId> runs) {
    return newest(Integer.MAX_VALUE);
  }

  @Override
  public synchronized CompletionStage<List<TestReport>> newest(int limit) {
    List<TestReport> found = new ArrayList<>(all.values());
    Collections.reverse(found);
    return CompletableFuture.completedStage(found.stream().limit(limit).toList());
  }
}
