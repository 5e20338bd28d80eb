package io.gridfleet.lb.run;

import java.time.InstantSource;
import java.util.LinkedHashMap;
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

  /** All reports, by session. */
  public synchronized Map<String, TestReport> all() {
    return Map.copyOf(all);
  }
}
