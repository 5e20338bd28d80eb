package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.run.RunBinding;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Tells the distributor which run has which device. Notices of two changes may cross on their way,
 * so one thread at a time looks a device up and tells it; others only leave a note. Nothing is
 * called under the lock (this), which guards the notes.
 */
public final class ReservationUpdates implements RunListener {
  private final FleetUpdates news;
  private final Supplier<RunBindings> bindings;
  private final ScheduledExecutorService timer;
  private final StoreTime time;
  private final Set<DeviceId> notes = new LinkedHashSet<>();
  private boolean telling;

  /**
   * Runs are dated by the store's clock, devices are matched by the own one.
   *
   * @param own makes an instant of the store's clock one of the own
   */
  public record StoreTime(UnaryOperator<Instant> own, InstantSource clock) {}

  /**
   * @param bindings whose listener this is
   */
  public ReservationUpdates(
      FleetUpdates news,
      Supplier<RunBindings> bindings,
      ScheduledExecutorService timer,
      StoreTime time) {
    this.news = news;
    this.bindings = bindings;
    this.timer = timer;
    this.time = time;
  }

  @Override
  public void bindingsChanged(Set<DeviceId> devices) {
    synchronized (this) {
      notes.addAll(devices);
      if (telling) {
        return;
      }
      telling = true;
    }
    for (Optional<DeviceId> next = next(); next.isPresent(); next = next()) {
      publish(next.get());
    }
  }

  private synchronized Optional<DeviceId> next() {
    Optional<DeviceId> next = notes.stream().findFirst();
    next.ifPresent(notes::remove);
    telling = next.isPresent();
    return next;
  }

  private void publish(DeviceId device) {
    Optional<RunBinding> binding = bindings.get().of(device);
    Optional<Instant> until =
        binding
            .flatMap(RunBinding::excludedUntil)
            .map(end -> end.equals(Instant.MAX) ? end : time.own().apply(end));
    news.reserved(device, binding.map(found -> found.run().id().value()), until);
    until.filter(end -> !end.equals(Instant.MAX)).ifPresent(end -> wakeAt(device, end));
  }

  /** Those who wait for a device that rests are woken when its rest is over. */
  private void wakeAt(DeviceId device, Instant end) {
    long wait = Duration.between(time.clock().instant(), end).toMillis();
    if (wait >= 0) {
      var unused =
          timer.schedule(() -> bindingsChanged(Set.of(device)), wait + 1, TimeUnit.MILLISECONDS);
    }
  }
}
