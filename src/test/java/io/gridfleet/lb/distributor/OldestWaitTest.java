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

/** The age of the oldest waiting request. */
final class OldestWaitTest {
  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(new LockKeeper(store, Duration.ofHours(1), time::nanoTime), time, time);

  @Test
  void itIsThatOfTheFirstArrivalWhateverItsPriority() {
    new FleetUpdates(distributor).inventory(List.of(new FakeWire(time).phone("a")));
    ask("served", 0);
    assertThat(distributor.oldestWait()).isZero();

    Distributor.Wait first = ask("first", 0);
    time.pass(Duration.ofSeconds(30));
    ask("urgent", 9);
    time.pass(Duration.ofSeconds(10));
    assertThat(distributor.oldestWait()).isEqualTo(Duration.ofSeconds(40));

    first.end(new Placement.Removed("the client left"));
    assertThat(distributor.oldestWait()).isEqualTo(Duration.ofSeconds(10));
  }

  private Distributor.Wait ask(String request, int priority) {
    Question question =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest order =
        new PlacementRequest(
            request,
            List.of(question),
            new PlacementRequest.QueuePosition(priority, time.instant(), request.hashCode()),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.of(9)));
    return distributor.place(order, Duration.ofHours(1));
  }
}
