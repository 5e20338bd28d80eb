package io.gridfleet.lb.device;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Locks and unlocks devices for operators. Threads: any; no state. */
public final class OperatorLocks {
  private final DeviceLocks locks;
  private final Listener listener;

  /** Receives changes after they are stored, so that matching considers them. */
  public interface Listener {
    default void locked(DeviceLock lock) {}

    default void freed(DeviceLock lock) {}
  }

  public OperatorLocks(DeviceLocks locks, Listener listener) {
    this.locks = locks;
    this.listener = listener;
  }

  /** Locks a free slot; fails with an {@link OperatorLockException} if the device is in use. */
  public CompletionStage<DeviceLock> lock(Device device, String operator) {
    return locks
        .tryLockForOperator(device.id(), device.slots(), operator)
        .thenApply(
            found -> {
              DeviceLock lock =
                  found.orElseThrow(
                      () ->
                          new OperatorLockException("Device %s is in use".formatted(device.id())));
              listener.locked(lock);
              return lock;
            });
  }

  /**
   * Releases the locks of operators; fails with an {@link OperatorLockException} if it has none.
   */
  public CompletionStage<Void> unlock(Device device) {
    return locks.held().thenCompose(held -> release(device, held));
  }

  private CompletionStage<Void> release(Device device, List<HeldLock> held) {
    List<DeviceLock> byHand =
        held.stream()
            .filter(lock -> lock.kind() == HeldLock.Kind.OPERATOR)
            .map(HeldLock::lock)
            .filter(lock -> lock.device().equals(device.id()))
            .toList();
    if (byHand.isEmpty()) {
      throw new OperatorLockException("Device %s is not locked by hand".formatted(device.id()));
    }
    return CompletableFuture.allOf(
        byHand.stream()
            .map(
                lock ->
                    locks
                        .release(lock)
                        .thenAccept(
                            freed -> {
                              if (freed) {
                                listener.freed(lock);
                              }
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
