package io.gridfleet.lb.api.device;

import io.gridfleet.lb.api.http.ApiError;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Devices that people take by hand. */
public final class OperatorLocks {
  private final DeviceLocks locks;
  private final Listener listener;

  /** Told after it is a fact: whoever matches devices has to know. */
  public interface Listener {
    default void locked(DeviceLock lock) {}

    default void freed(DeviceLock lock) {}
  }

  public OperatorLocks(DeviceLocks locks, Listener listener) {
    this.locks = locks;
    this.listener = listener;
  }

  CompletionStage<DeviceLock> lock(Device device, String operator) {
    return locks
        .tryLockForOperator(device.id(), device.slots(), operator)
        .thenApply(
            found -> {
              DeviceLock lock =
                  found.orElseThrow(
                      () -> ApiError.of(409, "Device %s is in use".formatted(device.id())));
              listener.locked(lock);
              return lock;
            });
  }

  CompletionStage<Void> unlock(Device device) {
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
      throw ApiError.of(409, "Device %s is not locked by hand".formatted(device.id()));
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
