package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.overview.LabOverview;
import io.gridfleet.lb.app.ProgramVersion;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.store.sql.Replicas;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The overview of this server. The parts that the store has don't delay it during an outage. */
record ServerOverview(SqlStore facts, Distributor distributor, InstantSource clock)
    implements LabOverview {
  /** Longer than the store takes when it answers, shorter than a person's patience. */
  private static final long STORE_PATIENCE_MS = 1_000;

  @Override
  public List<DeviceView> devices() {
    return distributor.states();
  }

  @Override
  public CompletionStage<List<Failures>> failures(Optional<String> tenant, int limit) {
    return CompletableFuture.completedStage(List.of());
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
