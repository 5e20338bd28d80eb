package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.replicas.Precedence;
import io.gridfleet.lb.distributor.replicas.QuestionText;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Heads of other replicas are matched against many devices on the matching thread, whatever signals
 * arrive meanwhile; devices are yielded to them afterwards.
 */
final class RemoteQuestionsTest implements FleetSignals {
  private static final int MANY = 400;
  private static final Duration WAIT = Duration.ofHours(1);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Queue<Runnable> matcher = new ArrayDeque<>();
  private final Distributor distributor =
      new Distributor(
          new LockKeeper(store, WAIT, time::nanoTime), time, time, "here", this, matcher::add);
  private final ReplicaSignals others = new ReplicaSignals(distributor);
  private final Instant longAgo = time.instant().minusSeconds(60);
  private DeviceLock busy;
  private Distributor.Wait younger;
  private int requests;

  /** One phone is in use, and a request that is newer than the remote heads waits for it here. */
  @BeforeEach
  void aRequestWaitsForAPhone() {
    FakeWire wire = new FakeWire(time);
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      devices.add(wire.phone("phone-" + i));
    }
    new FleetUpdates(distributor).inventory(devices);
    Distributor.Wait first = ask();
    run();
    busy = ((Placement.Placed) first.outcome().toCompletableFuture().join()).lock();
    younger = ask();
    time.pass(Duration.ofSeconds(1));
  }

  @Test
  void aNewQuestionIsMatchedOnTheMatchingThreadThenThePhoneIsYielded() {
    others.received(waits("model:phone-7 id:*", longAgo));
    assertThat(matcher).hasSize(1);
    run();

    distributor.release(busy);

    assertThat(isPlaced()).as("yielded to the other replica").isFalse();
    time.pass(Precedence.yieldedTo(1));
    assertThat(isPlaced()).as("which doesn't take it").isTrue();
    distributor.verify();
  }

  @Test
  void aQuestionThatIsKnownHereCountsAtOnce() {
    others.received(waits("model:phone-7", longAgo));
    assertThat(matcher).isEmpty();
    distributor.release(busy);
    assertThat(isPlaced()).isFalse();
  }

  @Test
  void aRemovedHeadStaysRemovedWhileItsQuestionIsMatched() {
    others.received(waits("model:phone-7 id:*", longAgo));
    others.received(new FleetSignal.NoneWaits("there", 1));
    run();
    distributor.release(busy);
    assertThat(isPlaced()).isTrue();
  }

  @Test
  void theNewestSignalOfAQueueCountsInWhateverOrderQuestionsAreMatched() {
    others.received(waits("model:phone-7 id:*", longAgo));
    others.received(waits("model:phone-8 id:*", longAgo));
    Runnable older = matcher.remove();
    matcher.remove().run();
    older.run();
    distributor.release(busy);
    assertThat(isPlaced()).as("no other request fits phone 7 any more").isTrue();
    distributor.verify();
  }

  /** They neither fill the queue of the matching thread nor use up the bound of local requests. */
  @Test
  void pendingQuestionsAreBoundedAndDelayNoRequest() {
    for (int i = 0; i < 2 * MatchingWork.MAX_PENDING; i++) {
      others.received(waits(i, "model:unknown" + i, longAgo));
    }
    assertThat(matcher).hasSize(MatchingWork.MAX_PENDING);
    Distributor.Wait fresh = distributor.place(placement("model:phone-8 id:*"), WAIT);
    assertThat(fresh.outcome().toCompletableFuture()).isNotDone();
    run();
    assertThat(fresh.outcome().toCompletableFuture())
        .isCompletedWithValueMatching(Placement.Placed.class::isInstance);
    distributor.verify();
  }

  private FleetSignal.Waits waits(String selector, Instant since) {
    return waits(1, selector, since);
  }

  private FleetSignal.Waits waits(int line, String selector, Instant since) {
    String text = QuestionText.write(question(selector), Set.of()).orElseThrow();
    return new FleetSignal.Waits("there", line, 0, since, text);
  }

  private void run() {
    while (!matcher.isEmpty()) {
      matcher.remove().run();
    }
  }

  private boolean isPlaced() {
    return younger.outcome().toCompletableFuture().getNow(null) instanceof Placement.Placed;
  }

  private static Question question(String selector) {
    return new Question(
        Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
  }

  private Distributor.Wait ask() {
    return distributor.place(placement("model:phone-7"), WAIT);
  }

  private PlacementRequest placement(String selector) {
    return new PlacementRequest(
        "r" + ++requests,
        List.of(question(selector)),
        new PlacementRequest.QueuePosition(0, time.instant(), requests),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        new Quota("lab", OptionalInt.empty()));
  }

  @Override
  public void publish(FleetSignal signal) {}

  @Override
  public void onSignal(Consumer<FleetSignal> listener) {
    throw new UnsupportedOperationException();
  }
}
