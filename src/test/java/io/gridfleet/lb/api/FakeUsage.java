package io.gridfleet.lb.api;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.history.DevicePeriod.Kind;
import io.gridfleet.lb.history.Usage;
import io.gridfleet.lb.run.RunLab;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** One session in the whole range, one device out of service in half of it, and ten waits. */
final class FakeUsage implements Usage {
  private final RunLab lab;

  /** How often spans were read. */
  final AtomicInteger reads = new AtomicInteger();

  /** When the store answers. */
  CompletableFuture<Void> store = CompletableFuture.completedFuture(null);

  FakeUsage(RunLab lab) {
    this.lab = lab;
  }

  private DeviceId device(int index) {
    return lab.all().get(index).device().id();
  }

  @Override
  public CompletionStage<List<Span>> spans(Query query) {
    reads.incrementAndGet();
    List<Span> spans =
        List.of(
            new Span(device(0), "android", Kind.SESSION, query.from(), query.to()),
            new Span(
                device(1),
                "android",
                Kind.MAINTENANCE,
                query.from(),
                query.from().plusSeconds(60)));
    return store.thenApply(answered -> spans);
  }

  @Override
  public CompletionStage<List<Wait>> waits(Query query) {
    return CompletableFuture.completedStage(
        IntStream.rangeClosed(1, 10)
            .mapToObj(i -> new Wait(device(0), query.from(), Duration.ofSeconds(i)))
            .toList());
  }
}
