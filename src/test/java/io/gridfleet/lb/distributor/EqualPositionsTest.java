package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceLock;
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

/** Two requests with the same position, which the second took over from the first. */
final class EqualPositionsTest {
  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(new LockKeeper(store, Duration.ofHours(1), time::nanoTime), time, time);

  @Test
  void bothAreServedOneAfterTheOther() {
    new FleetUpdates(distributor).inventory(List.of(new FakeWire(time).phone("a")));
    PlacementRequest.QueuePosition turn = new PlacementRequest.QueuePosition(0, time.instant(), 7);
    DeviceLock busy = lock(ask("before", new PlacementRequest.QueuePosition(0, time.instant(), 1)));
    Distributor.Wait first = ask("first", turn);
    Distributor.Wait second = ask("second", turn);

    assertThat(distributor.queueLength()).isEqualTo(2);
    assertThat(distributor.queue()).hasSize(2);
    distributor.release(busy);
    distributor.release(lock(first));
    assertThat(lock(second)).isNotNull();
  }

  @Test
  void theEndOfOneLeavesTheOtherQueued() {
    new FleetUpdates(distributor).inventory(List.of(new FakeWire(time).phone("a")));
    PlacementRequest.QueuePosition turn = new PlacementRequest.QueuePosition(0, time.instant(), 7);
    DeviceLock busy = lock(ask("before", new PlacementRequest.QueuePosition(0, time.instant(), 1)));
    Distributor.Wait first = ask("first", turn);
    Distributor.Wait second = ask("second", turn);

    first.end(new Placement.Removed("the client left"));
    distributor.release(busy);

    assertThat(lock(second)).isNotNull();
  }

  private static DeviceLock lock(Distributor.Wait wait) {
    Placement placement = wait.outcome().toCompletableFuture().getNow(null);
    assertThat(placement).isInstanceOf(Placement.Placed.class);
    return ((Placement.Placed) placement).lock();
  }

  private Distributor.Wait ask(String request, PlacementRequest.QueuePosition turn) {
    Question question =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest order =
        new PlacementRequest(
            request,
            List.of(question),
            turn,
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.of(9)));
    return distributor.place(order, Duration.ofHours(1));
  }
}
