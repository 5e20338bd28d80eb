package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reservation is in the store before the distributor is notified. */
final class UnknownReservationTest implements DeviceLocks {
  private static final DeviceId PHONE = DeviceId.of("phone");
  private static final Optional<String> RUN = Optional.of("run-7");
  private static final Optional<String> NONE = Optional.empty();

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Distributor distributor =
      new Distributor(new LockKeeper(this, Duration.ofSeconds(30), System::nanoTime), time, time);
  private final FleetUpdates news = new FleetUpdates(distributor);
  private Runnable onItsWay = () -> {};
  private int asked;

  @BeforeEach
  void onePhone() {
    Node node =
        new Node(
            new NodeId("node"), URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of());
    news.inventory(
        List.of(
            new Device(
                PHONE,
                node,
                "phone",
                Optional.of("phone"),
                "android",
                Attributes.of(Map.of("id", PHONE.value())),
                0,
                1,
                Capabilities.empty(),
                Capabilities.empty())));
    store.reservedBy(PHONE, RUN);
  }

  @Test
  void anotherRequestWaitsAndTheRunIsServedAtOnceAfterTheUpdate() {
    Distributor.Wait stranger = ask(NONE);
    assertThat(placed(stranger)).isFalse();
    Distributor.Wait member = ask(RUN);

    news.reserved(PHONE, RUN, Optional.empty());

    assertThat(placed(member)).isTrue();
    assertThat(placed(stranger)).isFalse();
  }

  @Test
  void anotherRequestIsServedAtOnceWhenTheReservationEnds() {
    Distributor.Wait stranger = ask(NONE);
    news.reserved(PHONE, RUN, Optional.empty());
    store.reservedBy(PHONE, NONE);

    news.reserved(PHONE, NONE, Optional.empty());

    assertThat(placed(stranger)).isTrue();
  }

  @Test
  void anUpdateThatOvertakesTheAnswerLeavesTheDeviceToItsRun() {
    onItsWay = () -> news.reserved(PHONE, RUN, Optional.empty());
    Distributor.Wait stranger = ask(NONE);

    assertThat(placed(ask(RUN))).isTrue();
    assertThat(placed(stranger)).isFalse();
  }

  @Test
  void anotherRequestIsServedEvenIfAllUpdatesOvertookTheAnswer() {
    onItsWay =
        () -> {
          news.reserved(PHONE, RUN, Optional.empty());
          store.reservedBy(PHONE, NONE);
          news.reserved(PHONE, NONE, Optional.empty());
        };
    Distributor.Wait stranger = ask(NONE);
    assertThat(placed(stranger)).isFalse();

    time.pass(Duration.ofSeconds(3));

    assertThat(placed(stranger)).isTrue();
  }

  @Test
  void fewLockRequestsAreRefused() {
    Distributor.Wait stranger = ask(NONE);

    time.pass(Duration.ofSeconds(20));

    assertThat(placed(stranger)).isFalse();
    assertThat(asked).isBetween(2, 11);
  }

  private Distributor.Wait ask(Optional<String> run) {
    Question question =
        new Question(Selector.everything(), Selector.everything(), run, Optional.empty());
    PlacementRequest request =
        new PlacementRequest(
            "of " + run.orElse("nobody"),
            List.of(question),
            new PlacementRequest.QueuePosition(0, time.instant(), 0),
            new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
            new Quota("lab", OptionalInt.empty()));
    return distributor.place(request, Duration.ofMinutes(1));
  }

  private static boolean placed(Distributor.Wait wait) {
    return wait.outcome().toCompletableFuture().getNow(null) instanceof Placement.Placed;
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    asked++;
    CompletionStage<LockResult> answer = store.tryLock(options, elsewhere);
    Runnable once = onItsWay;
    onItsWay = () -> {};
    once.run();
    return answer;
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return store.heldFor(tenant);
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    return store.tryLockForOperator(device, slots, operator);
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return store.renew(locks, expiry);
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return store.release(lock);
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return store.held();
  }
}
