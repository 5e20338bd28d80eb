package io.gridfleet.lb.distributor.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.FleetSignals;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FakeWire;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.state.UnexpectedEventException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * A waiting request makes each transition of its table, on a real distributor with a store whose
 * calls have latency and lose answers. After each scenario the model's invariants hold.
 */
final class WaiterTransitionsTest {
  private static final Duration WAIT = Duration.ofMinutes(5);
  private static final Duration WAY = Duration.ofMillis(100);
  private static final Placement LEFT = new Placement.Removed("the client left");
  private static final Optional<String> UNHEARD = Optional.of("a run of which no news has come");

  private static final PickStrategy RANKED = PickStrategy.RANKED;

  /** The devices of a lab in which a new question isn't matched at once. */
  private static final int MANY = 400;

  private static final List<Consumer<WaiterTransitionsTest>> ALL =
      List.of(
          WaiterTransitionsTest::aFreeDeviceIsLockedAtOnce,
          WaiterTransitionsTest::aRequestThatWaitedGetsWhatIsFreed,
          WaiterTransitionsTest::noDeviceFits,
          WaiterTransitionsTest::endedBeforeItIsMatched,
          WaiterTransitionsTest::endedInTheQueue,
          WaiterTransitionsTest::refusedAndQueued,
          WaiterTransitionsTest::refusedAndPlacedOnAnotherDevice,
          WaiterTransitionsTest::refusedTwice,
          WaiterTransitionsTest::anotherDeviceIsLockedAndTheAnswerIsLost,
          WaiterTransitionsTest::endedWhileAnotherDeviceIsLocked,
          WaiterTransitionsTest::aStrategyThatFailsAfterARefusal,
          WaiterTransitionsTest::theAnswerIsLost,
          WaiterTransitionsTest::endedTwiceWhileItIsLocked,
          WaiterTransitionsTest::endedBeforeTheRefusal,
          WaiterTransitionsTest::endedBeforeTheAnswerIsLost,
          WaiterTransitionsTest::refusedOutOfTheQueue,
          WaiterTransitionsTest::theAnswerIsLostOutOfTheQueue,
          WaiterTransitionsTest::endedWhileItIsLockedOutOfTheQueue);

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final StoreLink link = new StoreLink(time);
  private final Queue<Runnable> matcher = new ArrayDeque<>();
  private final Distributor distributor = distributor(store, matcher::add);
  private final List<Device> phones = new ArrayList<>();
  private int requests;

  private Distributor distributor(DeviceLocks locks, Executor background) {
    return new Distributor(
        new LockKeeper(locks, Duration.ofHours(1), time::nanoTime),
        time,
        time,
        "",
        FleetSignals.none(),
        background);
  }

  /** Visits each row itself, so that it can run alone. */
  @Test
  void noTransitionIsWithoutAScenario() {
    for (Consumer<WaiterTransitionsTest> scenario : ALL) {
      WaiterTransitionsTest fresh = new WaiterTransitionsTest();
      scenario.accept(fresh);
      fresh.distributor.verify();
    }
    assertThat(Waiter.TABLE.unvisited()).isEmpty();
  }

  @Test
  void anyRequestCanBeEndedAtAnyTime() {
    assertThat(Waiter.State.values())
        .allMatch(state -> Waiter.TABLE.knows(state, Waiter.Event.END));
  }

  @Test
  void aFreeDeviceIsLockedAtOnce() {
    lab(1);
    Distributor.Wait wait = ask("");
    assertThat(wait.queued()).isNotDone();
    DeviceLock lock = placed(wait).lock();
    wait.end(LEFT);
    assertThat(placed(wait).lock()).as("a late end").isEqualTo(lock);
    assertThat(held()).extracting(HeldLock::lock).containsExactly(lock);
  }

  @Test
  void aRequestThatWaitedGetsWhatIsFreed() {
    lab(1);
    DeviceLock busy = placed(ask("")).lock();
    Distributor.Wait waits = ask("");
    assertThat(waits.queued()).isDone();
    assertThat(outcome(waits)).isNotDone();
    distributor.release(busy);
    assertThat(placed(waits).lock().device()).isEqualTo(busy.device());
    assertThat(time.scheduled()).as("the timer of the wait is gone").isZero();
  }

  @Test
  void noDeviceFits() {
    lab(1);
    assertThat(outcome(ask("model:none")))
        .isCompletedWithValueMatching(Placement.NothingMatches.class::isInstance);
  }

  @Test
  void endedBeforeItIsMatched() {
    lab(MANY);
    Distributor.Wait wait = ask("");
    wait.end(LEFT);
    assertThat(outcome(wait)).isCompletedWithValue(LEFT);
    matcher.remove().run();
    assertThat(held()).isEmpty();
  }

  @Test
  void endedInTheQueue() {
    lab(1);
    ask("");
    Distributor.Wait waits = ask("");
    waits.end(LEFT);
    assertThat(outcome(waits)).isCompletedWithValue(LEFT);
    assertThat(distributor.queueLength()).isZero();
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void refusedAndQueued() {
    lab(1);
    store.reservedBy(phones.get(0).id(), UNHEARD);
    Distributor.Wait wait = ask("");
    assertThat(wait.queued()).isDone();
    assertThat(distributor.queueLength()).isEqualTo(1);
    time.pass(WAIT);
    assertThat(outcome(wait)).isCompletedWithValueMatching(Placement.OutOfTime.class::isInstance);
  }

  @Test
  void refusedAndPlacedOnAnotherDevice() {
    lab(2);
    store.reservedBy(first(), UNHEARD);
    Distributor.Wait wait = ask("");
    assertThat(placed(wait).lock().device()).isNotEqualTo(first());
    assertThat(wait.queued()).as("a device was free").isNotDone();
  }

  @Test
  void refusedTwice() {
    lab(2);
    phones.forEach(phone -> store.reservedBy(phone.id(), UNHEARD));
    Distributor.Wait wait = ask("");
    assertThat(wait.queued()).isDone();
    assertThat(time.scheduled()).as("one timer of the wait, one of each device").isEqualTo(3);
  }

  @Test
  void anotherDeviceIsLockedAndTheAnswerIsLost() {
    lab(2);
    store.reservedBy(first(), UNHEARD);
    link.next("locks.tryLock", Fate.ARRIVES);
    link.next("locks.tryLock", Fate.ANSWER_LOST);
    assertThat(outcome(ask("")))
        .isCompletedWithValueMatching(Placement.StoreGone.class::isInstance);
    assertThat(link.allHappened()).isTrue();
  }

  @Test
  void endedWhileAnotherDeviceIsLocked() {
    lab(2);
    store.reservedBy(first(), UNHEARD);
    link.latency(WAY::toNanos);
    Distributor.Wait wait = ask("");
    time.pass(WAY.multipliedBy(3));
    wait.end(LEFT);
    assertThat(outcome(wait)).as("the store hasn't answered").isNotDone();
    time.pass(WAY.multipliedBy(4));
    assertThat(outcome(wait)).isCompletedWithValue(LEFT);
    assertThat(held()).as("a lock granted late is released").isEmpty();
  }

  @Test
  void aStrategyThatFailsAfterARefusal() {
    lab(3);
    store.reservedBy(first(), UNHEARD);
    CompletableFuture<Placement> outcome = outcome(ask("", new FailingStrategy(1)));
    assertThatThrownBy(outcome::join).hasCauseInstanceOf(ArithmeticException.class);
    assertThat(distributor.queueLength()).isZero();
    time.pass(WAIT);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void theAnswerIsLost() {
    lab(1);
    link.next("locks.tryLock", Fate.REQUEST_LOST);
    assertThat(outcome(ask("")))
        .isCompletedWithValueMatching(Placement.StoreGone.class::isInstance);
    assertThat(placed(ask("")).lock().device()).as("the slot is free again").isEqualTo(first());
  }

  @Test
  void endedTwiceWhileItIsLocked() {
    lab(1);
    link.latency(WAY::toNanos);
    Distributor.Wait wait = ask("");
    wait.end(new Placement.Removed("an operator removed it"));
    wait.end(LEFT);
    time.pass(WAY.multipliedBy(4));
    assertThat(outcome(wait)).isCompletedWithValue(LEFT);
    assertThat(held()).isEmpty();
  }

  @Test
  void endedBeforeTheRefusal() {
    lab(1);
    store.reservedBy(first(), UNHEARD);
    link.latency(WAY::toNanos);
    Distributor.Wait wait = ask("");
    wait.end(LEFT);
    time.pass(WAY.multipliedBy(2));
    assertThat(outcome(wait)).isCompletedWithValue(LEFT);
    assertThat(wait.queued()).isNotDone();
    assertThat(distributor.queueLength()).isZero();
  }

  @Test
  void endedBeforeTheAnswerIsLost() {
    lab(1);
    link.latency(WAY::toNanos);
    link.next("locks.tryLock", Fate.ANSWER_LOST);
    Distributor.Wait wait = ask("");
    wait.end(LEFT);
    time.pass(WAY.multipliedBy(2));
    assertThat(outcome(wait)).isCompletedWithValue(LEFT);
  }

  @Test
  void refusedOutOfTheQueue() {
    lab(1);
    Distributor.Wait waits = freedFor();
    store.reservedBy(first(), UNHEARD);
    time.pass(WAY.multipliedBy(2));
    assertThat(outcome(waits)).isNotDone();
    assertThat(distributor.queueLength()).isEqualTo(1);
    store.reservedBy(first(), Optional.empty());
    time.pass(Duration.ofSeconds(3));
    assertThat(placed(waits).lock().device()).isEqualTo(first());
  }

  @Test
  void theAnswerIsLostOutOfTheQueue() {
    lab(1);
    link.next("locks.tryLock", Fate.ARRIVES);
    link.next("locks.tryLock", Fate.ANSWER_LOST);
    Distributor.Wait waits = freedFor();
    time.pass(WAY.multipliedBy(2));
    assertThat(outcome(waits)).isCompletedWithValueMatching(Placement.StoreGone.class::isInstance);
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void endedWhileItIsLockedOutOfTheQueue() {
    lab(1);
    Distributor.Wait waits = freedFor();
    waits.end(LEFT);
    assertThat(outcome(waits)).isNotDone();
    time.pass(WAY.multipliedBy(4));
    assertThat(outcome(waits)).isCompletedWithValue(LEFT);
    assertThat(held()).isEmpty();
  }

  /** An answer that comes twice is unexpected the second time. */
  @Test
  void anEventWithoutARowIsLoggedAndEndsTheRequest() {
    Distributor fooled = distributor(new AnswersTwice(store).locks(), Runnable::run);
    Device phone = new FakeWire(time).phone("phone-0");
    new FleetUpdates(fooled).inventory(List.of(phone));
    store.reservedBy(phone.id(), UNHEARD);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(WaiterTransitions.class);
    logger.addAppender(log);

    CompletableFuture<Placement> outcome = outcome(fooled.place(placement("", RANKED), WAIT));

    logger.detachAppender(log);
    assertThatThrownBy(outcome::join)
        .hasCauseInstanceOf(UnexpectedEventException.class)
        .hasMessageContaining("LOCK_REFUSED")
        .hasMessageContaining("QUEUED");
    assertThat(log.list)
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getFormattedMessage()).contains("r1");
              assertThat(line.getThrowableProxy().getMessage())
                  .contains("waiting request", "LOCK_REFUSED", "QUEUED");
            });
    fooled.verify();
    assertThat(fooled.queueLength()).isZero();
    store.reservedBy(phone.id(), Optional.empty());
    time.pass(Duration.ofSeconds(3));
    assertThat(time.scheduled()).isZero();
    assertThat(fooled.states())
        .as("the device is free")
        .allMatch(device -> device.locks().isEmpty());
  }

  /** A strategy is foreign code: its exception ends its request, and no other. */
  @Test
  void aStrategyThatFailsEndsItsRequestAndLeavesNothing() {
    lab(2);
    CompletableFuture<Placement> outcome = outcome(ask("", new FailingStrategy(0)));
    assertThatThrownBy(outcome::join).hasCauseInstanceOf(ArithmeticException.class);
    distributor.verify();
    assertThat(placed(ask("")).lock().device()).isEqualTo(first());
  }

  /** Both wait for their tenant's only session to end, whose end serves the tenant. */
  @Test
  void aStrategyThatFailsInTheChangeOfAnotherRequestDoesNotAffectThat() {
    lab(3);
    DeviceLock busy = placed(askOf("ci", "model:phone-0", RANKED)).lock();
    CompletableFuture<Placement> broken =
        outcome(askOf("ci", "model:phone-1", new FailingStrategy(0)));
    Distributor.Wait next = askOf("ci", "model:phone-2", RANKED);
    assertThat(broken).isNotDone();

    distributor.release(busy);

    assertThatThrownBy(broken::join).hasCauseInstanceOf(ArithmeticException.class);
    assertThat(placed(next)).isNotNull();
    distributor.verify();
  }

  /** A request in the queue whose device is freed, and whose lock is requested now. */
  private Distributor.Wait freedFor() {
    DeviceLock busy = placed(ask("")).lock();
    Distributor.Wait waits = ask("");
    assertThat(waits.queued()).isDone();
    store.free(busy);
    link.latency(WAY::toNanos);
    distributor.freedHere(busy);
    assertThat(distributor.queueLength()).isZero();
    assertThat(outcome(waits)).isNotDone();
    return waits;
  }

  private void lab(int devices) {
    store.link(link);
    FakeWire wire = new FakeWire(time);
    for (int i = 0; i < devices; i++) {
      phones.add(wire.phone("phone-" + i));
    }
    new FleetUpdates(distributor).inventory(phones);
  }

  /** The device that is picked first of all free ones. */
  private DeviceId first() {
    return phones.stream()
        .map(Device::id)
        .min(Comparator.comparingLong(DeviceId::start).thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }

  private Distributor.Wait ask(String selector) {
    return ask(selector, RANKED);
  }

  private Distributor.Wait ask(String selector, PickStrategy strategy) {
    return distributor.place(placement(selector, strategy), WAIT);
  }

  /** A request of a tenant that may have one session. */
  private Distributor.Wait askOf(String tenant, String selector, PickStrategy strategy) {
    PlacementRequest request = placement(selector, strategy);
    Quota one = new Quota(tenant, OptionalInt.of(1));
    return distributor.place(
        new PlacementRequest(
            request.request(), request.questions(), request.turn(), request.preference(), one),
        WAIT);
  }

  private PlacementRequest placement(String selector, PickStrategy strategy) {
    Question question =
        new Question(
            Selector.parse(selector), Selector.everything(), Optional.empty(), Optional.empty());
    return new PlacementRequest(
        "r" + ++requests,
        List.of(question),
        new PlacementRequest.QueuePosition(0, time.instant(), requests),
        new PlacementRequest.Preference(strategy, true, Set.of()),
        new Quota("lab", OptionalInt.empty()));
  }

  private List<HeldLock> held() {
    return store.held().toCompletableFuture().join();
  }

  private static CompletableFuture<Placement> outcome(Distributor.Wait wait) {
    return wait.outcome().toCompletableFuture();
  }

  private static Placement.Placed placed(Distributor.Wait wait) {
    assertThat(outcome(wait)).isCompletedWithValueMatching(Placement.Placed.class::isInstance);
    return (Placement.Placed) outcome(wait).join();
  }
}
