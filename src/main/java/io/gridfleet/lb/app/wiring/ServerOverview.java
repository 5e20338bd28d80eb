package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.overview.LabOverview;
import io.gridfleet.lb.app.ProgramVersion;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The overview of this server. The parts that the store has don't delay it during an outage. */
record ServerOverview(SqlStore facts, Distributor distributor, InstantSource clock)
    implements LabOverview {
  /** Longer than the store takes when it answers, shorter than a person's patience. */
  private static final long STORE_PATIENCE_MS = 1_000;

  private static final Duration RECENT = Duration.ofHours(1);

  /** The newest failed attempts that are read and counted. */
  private static final int MAX_READ = 2_000;

  @Override
  public List<DeviceView> devices() {
    return distributor.states();
  }

  @Override
  public CompletionStage<List<Failures>> failures(Optional<String> tenant, int limit) {
    return orElse(
        facts
            .deviceHistory()
            .failures(tenant, facts.time().instant().minus(RECENT), MAX_READ)
            .thenApply(found -> byDeviceAndCause(found, limit)),
        List.of());
  }

  private static List<Failures> byDeviceAndCause(List<DevicePeriod> newestFirst, int limit) {
    Map<List<String>, Failures> counted = new LinkedHashMap<>();
    for (DevicePeriod each : newestFirst) {
      String device = each.device().id().value();
      String cause = each.labels().cause();
      counted.merge(
          List.of(device, cause),
          new Failures(
              device,
              each.device().name(),
              cause,
              1,
              each.ended().orElse(each.began()),
              each.labels().text()),
          (newest, older) -> newest.plusOne());
    }
    return counted.values().stream().limit(limit).toList();
  }

  @Override
  public CompletionStage<List<Replica>> replicas() {
    Replicas replicas = facts.replicas();
    List<Replica> alone = List.of(new Replica(replicas.ownName(), true, facts.time().instant()));
    return orElse(
        replicas
            .alive()
            .thenApply(
                all ->
                    all.stream()
                        .map(
                            found ->
                                new Replica(
                                    found.name(),
                                    found.id().equals(replicas.own()),
                                    found.heartbeat()))
                        .toList()),
        alone);
  }

  /** Returns the other value if the store fails or doesn't answer in time. */
  private static <T> CompletionStage<T> orElse(CompletionStage<T> answer, T other) {
    return answer
        .exceptionally(failure -> other)
        .toCompletableFuture()
        .completeOnTimeout(other, STORE_PATIENCE_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public StoreState store() {
    return new StoreState(
        facts.isUp(), clock.instant().minus(facts.stateUnchangedFor()), facts.kind());
  }

  @Override
  public String version() {
    return ProgramVersion.text();
  }
}
