package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.distributor.replay.ReplayException.Reason;
import io.gridfleet.lb.history.RecordedTraffic;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Answers what would have changed with more or fewer devices, by two replays. One answer at a time
 * is computed, on a thread of its own; another question is refused meanwhile. Thread-safe. Closing
 * ends a replay.
 */
public final class WhatIf implements AutoCloseable {
  /** The most requests of one replay; the newest are replayed. */
  public static final int MAX_REQUESTS = 50_000;

  /** The most devices that are added or removed. */
  public static final int MAX_DEVICES = 1_000;

  /** Shorter than the API waits. */
  private static final Duration MAX_TIME = Duration.ofSeconds(20);

  private final TrafficReader reader;
  private final Function<String, Optional<Tenant>> tenants;
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          0, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1), WhatIf::daemon);
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param tenants the limits of a tenant; empty for one that has none
   */
  public WhatIf(RecordedTraffic records, Function<String, Optional<Tenant>> tenants) {
    this(new TrafficReader(records, MAX_REQUESTS), tenants);
  }

  WhatIf(TrafficReader reader, Function<String, Optional<Tenant>> tenants) {
    this.reader = reader;
    this.tenants = tenants;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "replay");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Answers a question; fails with a {@link ReplayException} or the store's exception.
   *
   * @param devices those of the lab
   */
  public CompletionStage<WhatIfAnswer> ask(WhatIfQuery query, List<Device> devices) {
    if (!busy.compareAndSet(false, true)) {
      return CompletableFuture.failedStage(
          new ReplayException(Reason.BUSY, "Another replay is running; try again"));
    }
    CompletionStage<WhatIfAnswer> answer;
    try {
      answer =
          reader.read(query.time()).thenApplyAsync(read -> answer(query, devices, read), this::run);
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedStage(refused);
    }
    return answer.whenComplete((done, failure) -> busy.set(false));
  }

  private void run(Runnable work) {
    try {
      thread.execute(work);
    } catch (RejectedExecutionException stopped) {
      throw new ReplayException(Reason.STOPPED, "This server is stopping");
    }
  }

  private WhatIfAnswer answer(WhatIfQuery query, List<Device> devices, TrafficReader.Read read) {
    Runnable checkEnd =
        limit("%,d requests on %,d devices".formatted(read.requests().size(), devices.size()));
    FleetVariation variation = FleetVariation.of(devices, query, read.uses());
    ReplayedTraffic traffic = ReplayedTraffic.of(read.time(), read.requests(), read.uses());
    return new WhatIfAnswer(
        read.time(),
        traffic.arrivals().size(),
        replay(traffic, devices, checkEnd),
        replay(traffic, variation.devices(), checkEnd),
        variation.copied(),
        Assumptions.of(traffic, variation, read.cut()));
  }

  private ReplayResult replay(ReplayedTraffic traffic, List<Device> devices, Runnable checkEnd) {
    return new LabReplay(traffic, devices, tenants, (request, distributor, now) -> {})
        .run(checkEnd);
  }

  /** Returns what ends replays that take too long, or when this is closed. */
  private static Runnable limit(String size) {
    long start = System.nanoTime();
    return () -> {
      if (Thread.currentThread().isInterrupted()) {
        throw new ReplayException(Reason.STOPPED, "This server is stopping");
      }
      if (System.nanoTime() - start > MAX_TIME.toNanos()) {
        throw new ReplayException(
            Reason.TOO_LONG,
            "The replay of %s took longer than %d s; ask for a shorter time"
                .formatted(size, MAX_TIME.toSeconds()));
      }
    };
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
