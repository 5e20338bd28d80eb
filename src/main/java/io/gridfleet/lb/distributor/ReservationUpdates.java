package io.gridfleet.lb.distributor;

import io.gridfleet.lb.async.Timers;
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
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies the distributor of reservations. Notices of two changes may overtake each other, so one
 * thread at a time reads the binding of a device and publishes it; others only add the device to
 * {@link #changed}. The lock (this) guards the changed; no foreign code is called under it.
 */
public final class ReservationUpdates implements RunListener {
  private static final Logger log = LoggerFactory.getLogger(ReservationUpdates.class);

  private final FleetUpdates updates;
  private final Supplier<RunBindings> bindings;
  private final ScheduledExecutorService timer;
  private final StoreTime time;
  private final Set<DeviceId> changed = new LinkedHashSet<>();
  private boolean publishing;

  /**
   * Converts from the store's clock, which dates runs, to the local one.
   *
   * @param own converts an instant of the store's clock to the local clock
   */
  public record StoreTime(UnaryOperator<Instant> own, InstantSource clock) {}

  /**
   * @param bindings the bindings that this object listens to
   */
  public ReservationUpdates(
      FleetUpdates updates,
      Supplier<RunBindings> bindings,
      ScheduledExecutorService timer,
      StoreTime time) {
    this.updates = updates;
    this.bindings = bindings;
    this.timer = timer;
    this.time = time;
  }

  @Override
  public void bindingsChanged(Set<DeviceId> devices) {
    synchronized (this) {
      changed.addAll(devices);
      if (publishing) {
        return;
      }
      publishing = true;
    }
    for (Optional<DeviceId> next = next(); next.isPresent(); next = next()) {
      publishOrLog(next.get());
    }
  }

  private synchronized Optional<DeviceId> next() {
    Optional<DeviceId> next = changed.stream().findFirst();
    next.ifPresent(changed::remove);
    publishing = next.isPresent();
    return next;
  }

  /** An exception concerns one device: the others, and later changes of all, are published. */
  private void publishOrLog(DeviceId device) {
    try {
      publish(device);
    } catch (RuntimeException mistake) {
      log.error("the reservation of device {} can't be applied", device, mistake);
    }
  }

  private void publish(DeviceId device) {
    Optional<RunBinding> binding = bindings.get().of(device);
    Optional<Instant> until =
        binding
            .flatMap(RunBinding::excludedUntil)
            .map(end -> end.equals(Instant.MAX) ? end : time.own().apply(end));
    updates.reserved(device, binding.map(found -> found.run().id().value()), until);
    until.filter(end -> !end.equals(Instant.MAX)).ifPresent(end -> wakeAt(device, end));
  }

  /** Serves the requests for a cooling device when the cooling is over. */
  private void wakeAt(DeviceId device, Instant end) {
    Duration wait = Duration.between(time.clock().instant(), end);
    if (!wait.isNegative()) {
      Timers.after(
          timer,
          wait.plusMillis(1),
          "the end of the exclusion of device " + device,
          () -> bindingsChanged(Set.of(device)));
    }
  }
}
