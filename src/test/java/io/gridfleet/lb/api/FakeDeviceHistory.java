package io.gridfleet.lb.api;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod;
import io.gridfleet.lb.history.HistoryWriter.Result;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.SessionLengths;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The history of devices of the {@link ApiLab}: what a test fills in. */
final class FakeDeviceHistory implements DeviceHistory {
  private final List<DevicePeriod> periods = new ArrayList<>();

  /** Adds a period of each kind, the first of which has ended. */
  void fill(Device device) {
    Instant began = Instant.parse("2026-11-20T12:00:00Z");
    for (DevicePeriod.Kind kind : DevicePeriod.Kind.values()) {
      Optional<Instant> end =
          Optional.of(began.plusSeconds(60)).filter(it -> kind == DevicePeriod.Kind.SESSION);
      DevicePeriod.Who who =
          new DevicePeriod.Who(
              Optional.of("s-1"), Optional.of("r-1"), Optional.empty(), Optional.of("ci"));
      periods.add(
          new DevicePeriod(
              kind.name(),
              new DevicePeriod.NamedDevice(device.id(), device.name(), device.platform()),
              kind,
              began,
              end,
              Optional.empty(),
              new DevicePeriod.Labels(who, "cause", "text")));
    }
  }

  @Override
  public CompletionStage<Result> write(List<PeriodChange> batch) {
    return CompletableFuture.completedStage(Result.WRITTEN);
  }

  @Override
  public CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit) {
    return CompletableFuture.completedStage(
        new Page(periods.stream().limit(limit).toList(), Optional.empty()));
  }

  @Override
  public CompletionStage<List<DevicePeriod>> failures(
      Optional<String> tenant, Instant after, int limit) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<List<SessionLengths.Ended>> ended(int limit) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public CompletionStage<Integer> reconcile(List<Offline> offline) {
    return CompletableFuture.completedStage(0);
  }

  @Override
  public CompletionStage<Integer> prune(Duration keep, int most) {
    return CompletableFuture.completedStage(0);
  }
}
