package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The queue of a question is kept as long as a request uses it, however many other questions come.
 */
final class QuestionsInUseTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** More than the unused questions that the distributor keeps. */
  private static final int MANY = 2000;

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  private final SlowLocks store = new SlowLocks(locks, time, SECOND::toNanos);
  private final Distributor distributor =
      new Distributor(new LockKeeper(store, Duration.ofHours(1), time::nanoTime), time, time);
  private final Device phone = new FakeWire(time).phone("a");
  private int requests;

  @BeforeEach
  void onePhone() {
    new FleetUpdates(distributor).inventory(List.of(phone));
  }

  @Test
  void anOlderRequestWhoseLockWasRefusedGetsNewPhonesBeforeANewerOne() {
    locks.reservedBy(phone.id(), Optional.of("unheard"));
    Distributor.Wait elder = ask("model:*");
    askMuchElse();
    time.pass(SECOND);
    Distributor.Wait younger = ask("model:*");
    time.pass(SECOND.multipliedBy(2));
    assertThat(placed(elder)).isFalse();
    assertThat(placed(younger)).isFalse();

    new FleetUpdates(distributor).inventory(List.of(phone, new FakeWire(time).phone("b")));
    time.pass(SECOND.multipliedBy(2));

    assertThat(placed(elder)).isTrue();
    assertThat(placed(younger)).isFalse();
  }

  @Test
  void aQueueIsKeptWhileTheLocksOfAllItsRequestsAreRequested() {
    Distributor.Wait busy = ask("model:*");
    time.pass(SECOND.multipliedBy(2));
    Distributor.Wait elder = ask("model:a");
    locks.reservedBy(phone.id(), Optional.of("unheard"));
    distributor.release(((Placement.Placed) outcome(busy)).lock());
    time.pass(SECOND.multipliedBy(2));
    askMuchElse();
    Distributor.Wait younger = ask("model:a");
    time.pass(SECOND.multipliedBy(3));
    assertThat(placed(elder)).isFalse();

    new FleetUpdates(distributor)
        .inventory(List.of(phone, new FakeWire(time).phone("b"), named("a", "another")));
    time.pass(SECOND.multipliedBy(3));

    assertThat(placed(elder)).isTrue();
    assertThat(placed(younger)).isFalse();
  }

  /** A phone of a model that another one is, too. */
  private Device named(String model, String id) {
    Device other = new FakeWire(time).phone(id);
    return new Device(
        other.id(),
        other.node(),
        id,
        Optional.of(id),
        "android",
        Attributes.of(Map.of("id", other.id().value(), "model", model)),
        0,
        1,
        other.capabilities(),
        other.capabilities());
  }

  private void askMuchElse() {
    for (int i = 0; i < MANY; i++) {
      assertThat(outcome(ask("model:none" + i))).isInstanceOf(Placement.NothingMatches.class);
    }
  }

  private Distributor.Wait ask(String selector) {
    String name = "r" + ++requests;
    Question question =
        new Question(
            Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            name,
            List.of(question),
            new PlacementRequest.QueuePosition(0, time.instant(), requests),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return distributor.place(request, Duration.ofHours(1));
  }

  private static Placement outcome(Distributor.Wait wait) {
    return wait.outcome().toCompletableFuture().getNow(null);
  }

  private static boolean placed(Distributor.Wait wait) {
    return outcome(wait) instanceof Placement.Placed;
  }
}
