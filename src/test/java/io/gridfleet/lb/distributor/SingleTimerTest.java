package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that refuses each lock: a waiting request has one timer nevertheless. */
final class SingleTimerTest implements DeviceLocks {
  private static final int REFUSALS = 1000;
  private static final int SESSIONS = 9;

  private final VirtualTime time = new VirtualTime();
  private final Distributor distributor =
      new Distributor(new LockKeeper(this, Duration.ofHours(1), time::nanoTime), time, time);
  private LockResult says = new LockResult.NotFree();
  private int refused;

  @BeforeEach
  void onePhone() {
    new FleetUpdates(distributor).inventory(List.of(new FakeWire(time).phone("a")));
  }

  @Test
  void refusedLocksSetNoFurtherTimers() {
    Distributor.Wait wait = ask(Duration.ofHours(2));
    refuseOften();
    assertThat(time.scheduled())
        .as("the timer of the wait, and one for the guessed lock")
        .isLessThanOrEqualTo(2);

    wait.end(new Placement.Removed("the client left"));
    time.pass(Duration.ofSeconds(3));
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void refusalsForTheQuotaSetNoFurtherTimers() {
    says = new LockResult.OverQuota(SESSIONS);
    List<Distributor.Wait> waits =
        List.of(ask(Duration.ofHours(2)), ask(Duration.ofHours(2)), ask(Duration.ofHours(2)));
    refuseOften();
    assertThat(time.scheduled()).isLessThanOrEqualTo(waits.size() + 1);

    waits.forEach(wait -> wait.end(new Placement.Removed("the client left")));
    time.pass(Duration.ofSeconds(3));
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void theSingleTimerCoversTheWholeWait() {
    Distributor.Wait wait = ask(Duration.ofMinutes(30));
    time.pass(Duration.ofMinutes(30).minusSeconds(1));
    assertThat(wait.outcome().toCompletableFuture()).isNotDone();
    time.pass(Duration.ofSeconds(1));
    assertThat(wait.outcome().toCompletableFuture())
        .isCompletedWithValueMatching(Placement.OutOfTime.class::isInstance);
  }

  @Test
  void aWaitThatEndsBeforeItsTimerIsSetHasNone() {
    says = new LockResult.OverQuota(SESSIONS);
    CompletableFuture<LockResult> answer = new CompletableFuture<>();
    slow = answer;
    Distributor.Wait wait = ask(Duration.ofHours(2));
    wait.queued().thenRun(() -> wait.end(new Placement.Removed("the client left")));
    slow = null;
    answer.complete(says);
    time.pass(Duration.ofSeconds(3));
    assertThat(time.scheduled()).isZero();
  }

  @Test
  void aSecondTimerOfARequestIsCancelledAndReported() {
    Waiter waiter =
        new Waiter(request(), time.instant().plus(Duration.ofHours(2)), 1, device -> {});
    waiter.timer(new CompletableFuture<>());
    CompletableFuture<Void> second = new CompletableFuture<>();

    assertThatThrownBy(() -> waiter.timer(second)).hasMessageContaining("a second timer");
    assertThat(second).isCancelled();
  }

  private CompletableFuture<LockResult> slow;

  private void refuseOften() {
    while (refused < REFUSALS) {
      int before = refused;
      time.pass(Duration.ofSeconds(2));
      assertThat(refused).as("the store is asked again").isGreaterThan(before);
    }
  }

  private Distributor.Wait ask(Duration wait) {
    return distributor.place(request(), wait);
  }

  private PlacementRequest request() {
    Question question =
        new Question(
            Selector.everything(), Selector.everything(), Optional.empty(), Optional.empty());
    return new PlacementRequest(
        "r" + time.scheduled(),
        List.of(question),
        new PlacementRequest.QueuePosition(0, time.instant(), 0),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        new Quota("lab", OptionalInt.of(SESSIONS)));
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    refused++;
    return slow != null ? slow : CompletableFuture.completedFuture(says);
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return CompletableFuture.completedFuture(0);
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    return CompletableFuture.completedFuture(true);
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return CompletableFuture.completedFuture(List.of());
  }
}
