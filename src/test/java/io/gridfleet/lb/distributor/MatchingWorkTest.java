package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** In a large lab the calling thread, an event loop, matches no device against a new question. */
final class MatchingWorkTest {
  private static final int MANY = 400;

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Queue<Runnable> matcher = new ArrayDeque<>();
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(store, Duration.ofHours(1), time::nanoTime),
          time,
          time,
          "",
          FleetSignals.none(),
          matcher::add);
  private int requests;

  private void fleet(int phones) {
    FakeWire wire = new FakeWire(time);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < phones; i++) {
      devices.add(wire.phone("phone-" + i));
    }
    new FleetUpdates(distributor).inventory(devices);
  }

  @Test
  void aNewQuestionIsMatchedOnTheMatchingThreadAndAKnownOneNotAgain() {
    fleet(MANY);
    Distributor.Wait first = ask("model:phone-7");
    assertThat(first.outcome().toCompletableFuture()).isNotDone();
    assertThat(matcher).hasSize(1);

    matcher.remove().run();
    assertThat(outcome(first)).isInstanceOf(Placement.Placed.class);

    ask("model:phone-7");
    assertThat(matcher).isEmpty();
    assertThat(distributor.queueLength()).isEqualTo(1);
  }

  @Test
  void aSmallLabIsMatchedAtOnce() {
    fleet(10);
    assertThat(outcome(ask("model:phone-7"))).isInstanceOf(Placement.Placed.class);
    assertThat(outcome(ask("model:none"))).isInstanceOf(Placement.NothingMatches.class);
    assertThat(matcher).isEmpty();
  }

  @Test
  void muchWorkOnFewDevicesRunsOnTheMatchingThreadToo() {
    fleet(200);
    ask("model:*" + "a".repeat(400));
    assertThat(matcher).hasSize(1);
  }

  @Test
  void anEndedRequestIsNotMatched() throws Exception {
    fleet(MANY);
    Distributor.Wait left = ask("model:phone-7");
    left.end(new Placement.Removed("the client left"));
    assertThat(outcome(left)).isInstanceOf(Placement.Removed.class);

    matcher.remove().run();

    assertThat(store.held().toCompletableFuture().get()).isEmpty();
    assertThat(distributor.queueLength()).isZero();
  }

  @Test
  void requestsThatWaitToBeMatchedAreBounded() {
    fleet(MANY);
    for (int i = 0; i < MatchingWork.MAX_PENDING; i++) {
      assertThat(ask("model:other" + i).outcome().toCompletableFuture()).isNotDone();
    }
    assertThat(outcome(ask("model:one-more"))).isInstanceOf(Placement.Busy.class);
    matcher.remove().run();
    assertThat(ask("model:one-more").outcome().toCompletableFuture()).isNotDone();
  }

  @Test
  void refusalsAreExplainedOnTheMatchingThread() {
    fleet(MANY);
    Distributor.Wait first = ask("model:none");
    matcher.remove().run();
    assertThat(first.outcome().toCompletableFuture()).isNotDone();
    matcher.remove().run();
    assertThat(outcome(first)).isInstanceOf(Placement.NothingMatches.class);
  }

  @Test
  void timeOutsAreExplainedOnTheMatchingThreadUnlessTheClientLeft() {
    fleet(MANY);
    ask("model:phone-7");
    Distributor.Wait waits = ask("model:phone-7");
    Distributor.Wait leaves = ask("model:phone-7");
    while (!matcher.isEmpty()) {
      matcher.remove().run();
    }
    time.pass(Duration.ofHours(1));
    assertThat(waits.outcome().toCompletableFuture()).isNotDone();
    leaves.end(new Placement.Removed("the client left"));

    while (!matcher.isEmpty()) {
      matcher.remove().run();
    }
    assertThat(outcome(waits)).isInstanceOf(Placement.OutOfTime.class);
    assertThat(outcome(leaves)).isInstanceOf(Placement.Removed.class);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void aRequestThatIsMatchedAfterTheCloseIsEnded() {
    fleet(MANY);
    Distributor.Wait late = ask("model:phone-7");
    distributor.close("stopping");
    matcher.remove().run();
    assertThat(outcome(late)).isInstanceOf(Placement.Closed.class);
  }

  private static Question question(String selector) {
    return new Question(
        Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
  }

  private Distributor.Wait ask(String selector) {
    String name = "r" + ++requests;
    PlacementRequest request =
        new PlacementRequest(
            name,
            List.of(question(selector)),
            new PlacementRequest.QueuePosition(0, time.instant(), requests),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return distributor.place(request, Duration.ofHours(1));
  }

  private static Placement outcome(Distributor.Wait wait) {
    return wait.outcome().toCompletableFuture().getNow(null);
  }
}
