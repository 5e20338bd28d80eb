package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A process without other replicas, with a store that has latency. */
final class OneProcessTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final SlowLocks store = new SlowLocks(locks, time, SECOND::toNanos);
  private final Distributor distributor =
      new Distributor(new LockKeeper(store, Duration.ofHours(1), time::nanoTime), time, time);
  private int requests;

  @Test
  void aFreedDeviceIsNotYieldedToARequestWhoseOwnDeviceIsBeingLocked() {
    FakeWire phones = new FakeWire(time);
    new FleetUpdates(distributor).inventory(List.of(phones.phone("a"), phones.phone("b")));
    Distributor.Wait first = ask();
    Distributor.Wait second = ask();
    time.pass(SECOND.multipliedBy(2));
    Distributor.Wait older = ask();
    time.pass(SECOND);
    Distributor.Wait younger = ask();
    time.pass(SECOND);

    distributor.release(placed(first).orElseThrow().lock());
    distributor.release(placed(second).orElseThrow().lock());
    time.pass(SECOND.multipliedBy(4));

    assertThat(placed(older)).isPresent();
    assertThat(placed(younger)).as("two ways for the release, two for the lock").isPresent();
  }

  @Test
  void aRequestWhoseLockIsRefusedAfterTheCloseIsEnded() {
    FakeWire phones = new FakeWire(time);
    new FleetUpdates(distributor).inventory(List.of(phones.phone("a")));
    locks.reservedBy(phones.phone("a").id(), Optional.of("unheard"));
    Distributor.Wait wait = ask();
    distributor.close("stopping");
    time.pass(SECOND.multipliedBy(2));

    assertThat(wait.outcome().toCompletableFuture().getNow(null))
        .isInstanceOf(Placement.Closed.class);
    assertThat(ask().outcome().toCompletableFuture().getNow(null))
        .isInstanceOf(Placement.Closed.class);
  }

  private Distributor.Wait ask() {
    String name = "r" + ++requests;
    Question question =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            name,
            List.of(question),
            new PlacementRequest.QueuePosition(0, time.instant(), requests),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return distributor.place(request, Duration.ofHours(1));
  }

  private static Optional<Placement.Placed> placed(Distributor.Wait wait) {
    return wait.outcome().toCompletableFuture().getNow(null) instanceof Placement.Placed done
        ? Optional.of(done)
        : Optional.empty();
  }
}
