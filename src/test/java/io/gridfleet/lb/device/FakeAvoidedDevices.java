package io.gridfleet.lb.device;

import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.store.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Avoided devices in memory. */
public final class FakeAvoidedDevices implements AvoidedDevices {
  private final Map<DeviceId, AvoidedDevice> avoided = new ConcurrentHashMap<>();
  private final InstantSource clock;
  private @Nullable StoreLink link;
  private final AtomicInteger endings = new AtomicInteger();
  private boolean unreadable;
  private CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

  public FakeAvoidedDevices(InstantSource clock) {
    this.clock = clock;
  }

  /** Sets the link of further calls. */
  public void link(StoreLink way) {
    link = way;
  }

  private <T> CompletionStage<T> called(String name, Supplier<CompletionStage<T>> work) {
    return link == null ? work.get() : link.call("avoided." + name, work);
  }

  /** Sets whether answers to changes are delayed; delayed ones are sent when it ends. */
  public synchronized void slow(boolean isSlow) {
    if (isSlow) {
      held = new CompletableFuture<>();
    } else {
      held.complete(null);
    }
  }

  /** Sets whether reading fails, as while the store can't be reached. */
  public void unreadable(boolean isUnreadable) {
    unreadable = isUnreadable;
  }

  private synchronized <T> CompletionStage<T> answered(T answer) {
    return held.thenApply(released -> answer);
  }

  @Override
  public CompletionStage<AvoidedDevice> avoid(DeviceId device, Duration howLong, String cause) {
    return called("avoid", () -> mark(device, howLong, cause));
  }

  private CompletionStage<AvoidedDevice> mark(DeviceId device, Duration howLong, String cause) {
    AvoidedDevice entry = new AvoidedDevice(device, clock.instant().plus(howLong), cause);
    avoided.put(device, entry);
    return answered(entry);
  }

  @Override
  public CompletionStage<Boolean> endAvoidance(DeviceId device) {
    endings.incrementAndGet();
    return called("forgive", () -> remove(device));
  }

  /** Returns how often the end of an avoidance was requested. */
  public int endings() {
    return endings.get();
  }

  private CompletionStage<Boolean> remove(DeviceId device) {
    AvoidedDevice before = avoided.remove(device);
    return answered(before != null && clock.instant().isBefore(before.until()));
  }

  @Override
  public CompletionStage<List<AvoidedDevice>> all() {
    if (unreadable) {
      return CompletableFuture.failedFuture(new StoreUnavailableException("as configured", null));
    }
    return CompletableFuture.completedFuture(
        avoided.values().stream()
            .filter(entry -> clock.instant().isBefore(entry.until()))
            .toList());
  }
}
