package io.gridfleet.lb.bench;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Locks and unlocks devices in a store: {@code ADDRESS AT_ONCE SECONDS}. Each concurrent task has a device of its own; one lock and its unlock are counted and timed together.
 */
public final class StoreLoad {
  private static final Duration EXPIRY = Duration.ofSeconds(30);

  private final DeviceLocks locks;
  private final AtomicLong failed = new AtomicLong();
  private volatile Lapses lapses = new Lapses();
  private volatile long until;

  private StoreLoad(DeviceLocks locks) {
    this.locks = locks;
  }

  public static void main(String[] arguments) throws Exception {
    StoreConfig config = StoreConfig.at(StoreAddress.parse(arguments[0]));
    double seconds = Double.parseDouble(arguments[2]);
    try (SqlStore store = SqlStore.open(config, StoreListener.SILENT)) {
      StoreLoad load = new StoreLoad(store.deviceLocks());
      int atOnce = Integer.parseInt(arguments[1]);
      load.run(atOnce, Math.min(3, seconds));
      System.out.println(load.run(atOnce, seconds));
    }
  }

  private String run(int atOnce, double seconds) {
    lapses = new Lapses();
    long began = System.nanoTime();
    until = began + (long) (seconds * 1e9);
    List<CompletableFuture<Void>> chains = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      pair(DeviceId.of("device-" + i), 0, done);
      chains.add(done);
    }
    chains.forEach(CompletableFuture::join);
    return lapses.result((System.nanoTime() - began) / 1e9, failed.get());
  }

  private void pair(DeviceId device, long number, CompletableFuture<Void> done) {
    long began = System.nanoTime();
    if (began >= until) {
      done.complete(null);
      return;
    }
    locks
        .tryLock(device, 1, "attempt-" + number, EXPIRY)
        .thenCompose(lock -> released(lock.orElseThrow()))
        .whenComplete(
            (released, trouble) -> {
              count(System.nanoTime() - began, trouble == null && released);
              pair(device, number + 1, done);
            });
  }

  private CompletionStage<Boolean> released(DeviceLock lock) {
    return locks.release(lock);
  }

  private synchronized void count(long nanos, boolean well) {
    if (well) {
      lapses.add(nanos);
    } else {
      failed.incrementAndGet();
    }
  }
}
