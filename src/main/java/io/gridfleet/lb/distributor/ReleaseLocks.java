package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.DeviceLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Releases locks in the store, and retries until the store succeeds. Thread-safe. */
final class ReleaseLocks {
  private static final Logger log = LoggerFactory.getLogger(ReleaseLocks.class);

  /** The delay between retries. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  private final LockKeeper locks;
  private final ScheduledExecutorService timer;
  private final Consumer<DeviceLock> released;

  /**
   * @param released called once for each released lock
   */
  ReleaseLocks(LockKeeper locks, ScheduledExecutorService timer, Consumer<DeviceLock> released) {
    this.locks = locks;
    this.timer = timer;
    this.released = released;
  }

  /** Releases a lock; completes when the first try has succeeded or failed, never exceptionally. */
  CompletionStage<Void> release(DeviceLock lock) {
    CompletionStage<Boolean> answer;
    try {
      answer = locks.release(lock);
    } catch (RuntimeException refused) {
      answer = CompletableFuture.failedFuture(refused);
    }
    return answer.handle(
        (done, failure) -> {
          if (failure == null) {
            released(lock);
          } else {
            log.warn(
                "the lock on device {} can't be released yet: {}",
                lock.device(),
                failure.toString());
            Timers.after(
                timer, AGAIN, "the release of device " + lock.device(), () -> release(lock));
          }
          return null;
        });
  }

  /**
   * The slot is free in the store already: if this throws, the next sweep of locks frees it here.
   */
  private void released(DeviceLock lock) {
    try {
      released.accept(lock);
    } catch (RuntimeException mistake) {
      log.error("the release of device {} can't be applied", lock.device(), mistake);
    }
  }
}
