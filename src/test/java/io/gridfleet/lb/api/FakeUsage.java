package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.run.RunLab;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** One session in the whole range, one device out of service in half of it, and ten waits. */
final class FakeUsage implements Usage {
  private static final long HOUR = 3_600_000;

  private final RunLab lab;

  /** How often sums were read. */
  final AtomicInteger reads = new AtomicInteger();

  /** When the store answers. */
  CompletableFuture<Void> store = CompletableFuture.completedFuture(null);

  FakeUsage(RunLab lab) {
    this.lab = lab;
  }

  private DeviceId device(int index) {
    return lab.all().get(index).device().id();
  }

  /** Of one span. */
  private static Sum sum(int group, boolean session, Instant from, Instant to) {
    long first = from.toEpochMilli() / HOUR;
    long last = (to.toEpochMilli() - 1) / HOUR;
    return new Sum(
        group,
        session,
        first,
        last,
        1,
        1,
        from.toEpochMilli() - first * HOUR,
        to.toEpochMilli() - last * HOUR);
  }

  @Override
  public CompletionStage<List<Sum>> sums(Query query, Map<DeviceId, Integer> groups) {
    reads.incrementAndGet();
    List<Sum> sums = new ArrayList<>();
    if (groups.containsKey(device(0))) {
      sums.add(sum(groups.get(device(0)), true, query.from(), query.to()));
    }
    if (groups.containsKey(device(1))) {
      sums.add(sum(groups.get(device(1)), false, query.from(), query.from().plusSeconds(60)));
    }
    return store.thenApply(answered -> sums);
  }

  @Override
  public CompletionStage<List<Wait>> waits(Query query) {
    return CompletableFuture.completedStage(
        IntStream.rangeClosed(1, 10)
            .mapToObj(i -> new Wait(device(0), query.from(), Duration.ofSeconds(i)))
            .toList());
  }
}
