package io.gridfleet.lb.device;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Avoided devices in memory. */
public final class FakeAvoidedDevices implements AvoidedDevices {
  private final Map<DeviceId, AvoidedDevice> avoided = new ConcurrentHashMap<>();
  private final InstantSource clock;

  private CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

  public FakeAvoidedDevices(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether changes wait to be answered; those that waited are answered when it ends. */
  public synchronized void slow(boolean isSlow) {
    if (isSlow) {
      held = new CompletableFuture<>();
    } else {
      held.complete(null);
    }
  }

  private synchronized <T> CompletionStage<T> answered(T answer) {
    return held.thenApply(released -> answer);
  }

  @Override
  public CompletionStage<AvoidedDevice> avoid(DeviceId device, Duration howLong, String cause) {
    AvoidedDevice entry = new AvoidedDevice(device, clock.instant().plus(howLong), cause);
    avoided.put(device, entry);
    return answered(entry);
  }

  @Override
  public CompletionStage<Boolean> forgive(DeviceId device) {
    AvoidedDevice before = avoided.remove(device);
    return answered(before != null && clock.instant().isBefore(before.until()));
  }

  @Override
  public CompletionStage<List<AvoidedDevice>> all() {
    return CompletableFuture.completedFuture(
        avoided.values().stream()
            .filter(entry -> clock.instant().isBefore(entry.until()))
            .toList());
  }
}
