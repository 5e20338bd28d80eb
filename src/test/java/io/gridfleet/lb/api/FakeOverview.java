package io.gridfleet.lb.api;

import io.gridfleet.lb.api.overview.LabOverview;
import io.gridfleet.lb.distributor.DeviceView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The overview of the {@link ApiLab}, with what tests add. */
final class FakeOverview implements LabOverview {
  final List<DeviceView> devices = new ArrayList<>();
  final List<Failures> failures = new ArrayList<>();
  private final ApiLab lab;

  FakeOverview(ApiLab lab) {
    this.lab = lab;
  }

  @Override
  public List<DeviceView> devices() {
    return devices;
  }

  @Override
  public CompletionStage<List<Failures>> failures(Optional<String> tenant, int limit) {
    return CompletableFuture.completedStage(failures.stream().limit(limit).toList());
  }

  @Override
  public CompletionStage<List<Replica>> replicas() {
    return CompletableFuture.completedStage(
        List.of(new Replica("lab:1", true, lab.clock.instant())));
  }

  @Override
  public StoreState store() {
    return new StoreState(lab.healthy, lab.clock.instant(), "sqlite");
  }

  @Override
  public String version() {
    return "test";
  }
}
