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
    /** A lock was taken, by this token. */
    default void locked(DeviceLock lock, String by) {}

    /** A lock was released, by this token. */
    default void freed(DeviceLock lock, String by) {}
  }

  public OperatorLocks(DeviceLocks locks, Listener listener) {
    this.locks = locks;
    this.listener = listener;
  }

  /**
   * Locks a free slot; fails with an {@link OperatorLockException} if the device is in use.
   *
   * @param operator the name that the lock shows
   * @param by who locks it
   */
  public CompletionStage<DeviceLock> lock(Device device, String operator, String by) {
    return locks
        .tryLockForOperator(device.id(), device.slots(), operator)
        .thenApply(
            found -> {
              DeviceLock lock =
                  found.orElseThrow(
                      () ->
                          new OperatorLockException("Device %s is in use".formatted(device.id())));
              listener.locked(lock, by);
              return lock;
            });
  }

  /**
   * Releases the locks of operators; fails with an {@link OperatorLockException} if it has none.
   *
   * @param by who unlocks it
   */
  public CompletionStage<Void> unlock(Device device, String by) {
    return locks.held().thenCompose(held -> release(device, held, by));
  }

  private CompletionStage<Void> release(Device device, List<HeldLock> held, String by) {
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
                                listener.freed(lock, by);
                              }
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new));
  }
}
