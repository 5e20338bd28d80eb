package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The store refuses a lock, and before its answer a signal arrives that another replica has freed
 * the slot: the answer is outdated, and the store is asked again at once.
 */
final class StaleLockResultTest {
  private static final Duration WAY = Duration.ofMillis(100);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(
              new SlowLocks(store, time, WAY::toNanos), Duration.ofHours(1), time::nanoTime),
          time,
          time);
  private final FakeWire phones = new FakeWire(time);

  private DeviceLock lockedElsewhere(Device device, Quota quota) {
    LockRequest options =
        new LockRequest(device.id(), 1, "elsewhere", Optional.empty(), quota, Duration.ofHours(1));
    return ((LockResult.Taken) store.tryLock(options).toCompletableFuture().join()).lock();
  }

  private Distributor.Wait ask(Quota quota) {
    Question anything =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            "r1",
            List.of(anything),
            new PlacementRequest.QueuePosition(0, time.instant(), 1),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            quota);
    return distributor.place(request, Duration.ofHours(1));
  }

  /** The request arrives after one way, the answer after two: the signal arrives in between. */
  private void freedWhileTheAnswerIsOnItsWay(DeviceLock lock) {
    time.pass(WAY.plusMillis(50));
    store.free(lock);
    distributor.freed(lock.device(), lock.slot(), lock.token());
  }

  private void isServedAfterAskingOnceMore(Distributor.Wait wait) {
    time.pass(WAY.multipliedBy(3));
    assertThat(wait.outcome().toCompletableFuture()).isDone();
    assertThat(wait.outcome().toCompletableFuture().join()).isInstanceOf(Placement.Placed.class);
  }

  @Test
  void aDeviceThatWasFreedMeanwhile() {
    Device phone = phones.phone("a");
    new FleetUpdates(distributor).inventory(List.of(phone));
    Quota unlimited = new Quota("lab", OptionalInt.empty());
    DeviceLock elsewhere = lockedElsewhere(phone, unlimited);

    Distributor.Wait wait = ask(unlimited);
    freedWhileTheAnswerIsOnItsWay(elsewhere);

    isServedAfterAskingOnceMore(wait);
  }

  @Test
  void aQuotaThatWasFreedMeanwhile() {
    Device phone = phones.phone("a");
    new FleetUpdates(distributor).inventory(List.of(phone));
    Quota one = new Quota("ci", OptionalInt.of(1));
    DeviceLock elsewhere = lockedElsewhere(phones.phone("unknown here"), one);

    Distributor.Wait wait = ask(one);
    freedWhileTheAnswerIsOnItsWay(elsewhere);

    isServedAfterAskingOnceMore(wait);
  }

  /** It isn't in the queue at that moment, and may return to it. */
  @Test
  void aRequestIsRemovedWhileTheStoreIsAskedForItsLock() {
    Device phone = phones.phone("a");
    new FleetUpdates(distributor).inventory(List.of(phone));
    Quota unlimited = new Quota("lab", OptionalInt.empty());
    DeviceLock elsewhere = lockedElsewhere(phone, unlimited);
    Distributor.Wait wait = ask(unlimited);
    assertThat(distributor.remove("r1", "it hasn't waited yet")).isFalse();
    time.pass(WAY.multipliedBy(3));
    store.free(elsewhere);
    distributor.freed(elsewhere.device(), elsewhere.slot(), elsewhere.token());

    assertThat(distributor.remove("r1", "The lab moves")).isTrue();

    time.pass(WAY.multipliedBy(4));
    assertThat(wait.outcome().toCompletableFuture().join())
        .isEqualTo(new Placement.Removed("The lab moves"));
    assertThat(store.held().toCompletableFuture().join()).isEmpty();
    assertThat(distributor.remove("r1", "again")).isFalse();
  }
}
