package io.gridfleet.lb.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Updates of runs arrive in any order from any replica; the newest version is kept. */
final class RunBindingsTest {
  private static final Instant NOW = Instant.parse("2026-05-12T10:00:00Z");
  private static final DeviceId PHONE = DeviceId.of("phone-1");

  private final List<Set<DeviceId>> notified = new ArrayList<>();
  private final List<String> again = new ArrayList<>();
  private final List<RunId> over = new ArrayList<>();
  private final RunListener listener =
      new RunListener() {
        @Override
        public void bindingsChanged(Set<DeviceId> devices) {
          notified.add(devices);
        }

        @Override
        public void over(RunId run) {
          assertThat(bindings().live(run)).as("removed before the notification").isEmpty();
          over.add(run);
        }

        @Override
        public void failsAgain(Run run, DeviceId device, String cause) {
          again.add(cause);
        }
      };
  private final RunBindings bindings = new RunBindings(listener);

  private RunBindings bindings() {
    return bindings;
  }

  private static Run newRun() {
    return newRun(NOW);
  }

  private static Run newRun(Instant created) {
    RunRequest request =
        new RunRequest(
            "r", List.of(), Duration.ofHours(1), Duration.ofMinutes(2), Optional.empty());
    ReservedDevice phone = new ReservedDevice(Map.of("name", "Phone"), Map.of());
    return Run.begin(RunId.random(), request, List.of(Reservation.of(PHONE, phone)), created);
  }

  @Test
  void anOldUpdateOfARunIsIgnored() {
    Run first = newRun();
    Run rested = first.coolDown(PHONE, "flaky", Duration.ofSeconds(9), 3, NOW);
    bindings.changed(rested);
    bindings.changed(first);

    assertThat(bindings.of(PHONE).orElseThrow().excludedUntil())
        .contains(NOW.plus(Duration.ofSeconds(9)));
    assertThat(notified).hasSize(1);
  }

  @Test
  void aLateUpdateDoesNotReviveAnEndedRun() {
    Run run = newRun();
    bindings.changed(run);
    bindings.changed(run.cancel("suite ci", NOW));
    bindings.changed(run);

    assertThat(bindings.of(PHONE)).isEmpty();
    assertThat(bindings.live(run.id())).isEmpty();
    assertThat(notified).hasSize(2);
    assertThat(over).containsExactly(run.id());
  }

  @Test
  void aHeartbeatChangesNoBindings() {
    Run run = newRun();
    bindings.changed(run);
    bindings.changed(run.beat(NOW.plusSeconds(30)));

    assertThat(notified).hasSize(1);
    assertThat(bindings.live(run.id()).orElseThrow().times().lastHeartbeat())
        .isEqualTo(NOW.plusSeconds(30));
  }

  @Test
  void aRunThatAnotherReplicaEndedIsRemovedByAReload() {
    VirtualClock clock = new VirtualClock();
    Run run = newRun();
    bindings.changed(run);

    bindings.reload(new FakeRuns(clock)).toCompletableFuture().join();

    assertThat(bindings.of(PHONE)).isEmpty();
    assertThat(over).containsExactly(run.id());
    bindings.changed(run);
    assertThat(bindings.live(run.id())).as("a late update").isEmpty();
  }

  /** The store read the previous run before its end, and answers after the next reservation. */
  @Test
  void aLateReloadDoesNotUnbindTheDeviceOfTheNextRun() {
    Run previous = newRun();
    Run next = newRun(NOW.plusSeconds(40));
    bindings.changed(previous);
    FakeRuns runs = new FakeRuns(new VirtualClock());
    CompletableFuture<List<Run>> late = new CompletableFuture<>();
    runs.answerLive(late);
    bindings.reload(runs);
    bindings.changed(next);
    late.complete(List.of(previous.beat(NOW.plusSeconds(30))));

    assertThat(holder()).as("while the end of the previous run is unknown").contains(next.id());
    runs.answerLive(CompletableFuture.completedFuture(List.of(next)));
    bindings.reload(runs);
    assertThat(holder()).as("when it is known").contains(next.id());
    assertThat(over).containsExactly(previous.id());
    assertThat(notified).containsExactly(Set.of(PHONE), Set.of(PHONE));
  }

  /** The clock of the store may step back between two reservations. */
  @Test
  void theEndOfARunBindsItsDeviceToTheLiveRunThatHoldsIt() {
    Run previous = newRun();
    Run next = newRun(NOW.minusSeconds(1));
    bindings.changed(previous);
    bindings.changed(next);
    bindings.changed(previous.complete(NOW));

    assertThat(holder()).contains(next.id());
    assertThat(notified).hasSize(2);
    bindings.changed(next.complete(NOW));
    assertThat(holder()).isEmpty();
  }

  private Optional<RunId> holder() {
    return bindings.of(PHONE).map(binding -> binding.run().id());
  }

  @Test
  void aDeviceThatFailsTwiceInARunIsReportedOnce() {
    FakeRuns runs = new FakeRuns(new VirtualClock());
    ReservedDevice phone = new ReservedDevice(Map.of(), Map.of());
    Runs.Want want = new Runs.Want(1, 1, List.of(Reservation.of(PHONE, phone)));
    RunId run = RunId.random();
    runs.reserve(run, newRun().request(), List.of(want));
    CountFailures here = new CountFailures(runs, listener);
    CountFailures elsewhere = new CountFailures(runs, listener);
    here.attemptFailed(run, PHONE, "first");
    here.attemptFailed(run, DeviceId.of("phone-2"), "of a device that isn't its own");
    here.attemptFailed(RunId.random(), PHONE, "of a run that nobody knows");
    assertThat(again).isEmpty();

    elsewhere.attemptFailed(run, PHONE, "second");
    here.attemptFailed(run, PHONE, "third");

    assertThat(again).containsExactly("second");
  }
}
