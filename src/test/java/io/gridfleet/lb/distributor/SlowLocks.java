package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Locks in a store with latency of requests and answers. */
final class SlowLocks implements DeviceLocks {
  private final DeviceLocks store;
  private final VirtualTime time;
  private final LongSupplier nanos;

  /**
   * @param nanos the latency of the next way
   */
  SlowLocks(DeviceLocks store, VirtualTime time, LongSupplier nanos) {
    this.store = store;
    this.time = time;
    this.nanos = nanos;
  }

  private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> asked) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    after(
        () ->
            asked
                .get()
                .whenComplete(
                    (result, failure) -> {
                      if (failure == null) {
                        after(() -> answer.complete(result));
                      } else {
                        after(() -> answer.completeExceptionally(failure));
                      }
                    }));
    return answer;
  }

  private void after(Runnable work) {
    time.schedule(work, nanos.getAsLong(), TimeUnit.NANOSECONDS);
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    return later(() -> store.tryLock(options, elsewhere));
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return later(() -> store.heldFor(tenant));
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    return later(() -> store.tryLockForOperator(device, slots, operator));
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return later(() -> store.renew(locks, expiry));
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return later(() -> store.release(lock));
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return later(store::held);
  }
}
