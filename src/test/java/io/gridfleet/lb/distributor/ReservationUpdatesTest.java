package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunListener;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

final class ReservationUpdatesTest {
  /** Before, one exception left the flag of the publishing thread set: nothing came after it. */
  @Test
  void anExceptionForOneDeviceKeepsNoLaterChangeBack() {
    VirtualTime time = new VirtualTime();
    LockKeeper keeper =
        new LockKeeper(new FakeDeviceLocks(time), Duration.ofSeconds(30), time::nanoTime);
    AtomicInteger read = new AtomicInteger();
    ReservationUpdates updates =
        new ReservationUpdates(
            new FleetUpdates(new Distributor(keeper, time, time)),
            () -> {
              if (read.incrementAndGet() == 1) {
                throw new IllegalStateException("as configured");
              }
              return new RunBindings(new RunListener() {});
            },
            time,
            new ReservationUpdates.StoreTime(UnaryOperator.identity(), time));

    updates.bindingsChanged(Set.of(DeviceId.of("one")));
    updates.bindingsChanged(Set.of(DeviceId.of("two")));

    assertThat(read).as("changes that were published").hasValue(2);
  }
}
