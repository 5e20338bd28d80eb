package io.gridfleet.lb.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Many clients reserve, cool down, beat, cancel, vanish and use devices in any order on a virtual
 * clock: a device is in at most one run, no reserved device serves a stranger, every run ends.
 */
final class RunPropertyTest {
  private static final int DEVICES = 5;

  /** A step of somebody: what, and two numbers to pick a run, a device, an amount with. */
  record Step(int what, int one, int other) {}

  @Provide
  Arbitrary<List<Step>> schedules() {
    Arbitrary<Integer> pick = Arbitraries.integers().between(0, 63);
    return Combinators.combine(Arbitraries.integers().between(0, 11), pick, pick)
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(80);
  }

  @Property(tries = 500)
  void noScheduleBreaksAReservation(@ForAll("schedules") List<Step> schedule) {
    World world = new World();
    for (Step step : schedule) {
      world.act(step);
      world.check();
    }
    world.clock.pass(Duration.ofHours(4));
    world.expiry.sweep().toCompletableFuture().join();
    world.check();
    assertThat(world.runs.everything()).noneMatch(Run::live);
    assertThat(world.runs.everything())
        .flatExtracting(Run::reservations)
        .noneMatch(Reservation::holds);
    assertThat(world.lab.all())
        .noneMatch(state -> world.bindings.of(state.device().id()).isPresent());
  }

  /** Everything that takes part, wired as the application wires it. */
  private static final class World implements SessionsOfRun {
    final VirtualClock clock = new VirtualClock();
    final Lab lab = new Lab();
    final FakeRuns runs = new FakeRuns(clock, lab::locked);
    final RunBindings bindings = new RunBindings(new RunListener() {});
    final RunConfig config = RunConfig.defaults();
    final EndRun endRun = new EndRun(runs, this, bindings);
    final ExpireRuns expiry = new ExpireRuns(runs, bindings, endRun, clock);
    final AdvanceRun advance = new AdvanceRun(runs, bindings);
    final ReserveDevices reserve =
        new ReserveDevices(runs, lab, DriverPacks.builtIn(), config, bindings);
    final ExcludeDevice exclude =
        new ExcludeDevice(runs, new ChangeOverride(lab.overrides(), now -> {}), config, bindings);
    final List<RunId> ids = new ArrayList<>();

    /** Device → the run that the session on it belongs to. */
    final Map<DeviceId, Optional<RunId>> sessions = new HashMap<>();

    World() {
      for (int i = 0; i < DEVICES; i++) {
        lab.phone("phone-" + i);
      }
    }

    void act(Step step) {
      DeviceId device = lab.all().get(step.other() % DEVICES).device().id();
      Optional<RunId> run =
          ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(step.one() % ids.size()));
      switch (step.what()) {
        case 0, 1 -> reserve(step);
        case 2 -> beginSession(device, Optional.empty());
        case 3 -> run.ifPresent(id -> beginSession(device, Optional.of(id)));
        case 4 -> endSession(device);
        case 5 -> run.ifPresent(id -> refusable(() -> advance.beat(id)));
        case 6 -> run.ifPresent(id -> refusable(() -> endRun.cancel(id)));
        case 7 -> run.ifPresent(id -> refusable(() -> endRun.complete(id)));
        case 8 ->
            run.ifPresent(
                id ->
                    refusable(() -> exclude.coolDown(id, device, "flaky", Duration.ofSeconds(90))));
        case 9 -> run.ifPresent(id -> refusable(() -> advance.ready(id)));
        case 10 -> clock.pass(Duration.ofSeconds(step.one()));
        default -> expiry.sweep().toCompletableFuture().join();
      }
    }

    private void reserve(Step step) {
      Requirement.Amount amount =
          step.one() % 4 == 0
              ? new Requirement.AllAvailable(1 + step.other() % 3)
              : new Requirement.Exactly(1 + step.other() % 3);
      Requirement phones =
          new Requirement(
              "appium-uiautomator2",
              "android_mobile",
              Optional.empty(),
              amount,
              Map.of(),
              Set.of());
      RunRequest request =
          new RunRequest(
              "r",
              List.of(phones),
              Duration.ofMinutes(60),
              Duration.ofMinutes(2),
              Optional.empty());
      refusable(() -> reserve.reserve(request).thenAccept(begun -> ids.add(begun.id())));
    }

    private static void refusable(Supplier<CompletionStage<?>> command) {
      try {
        command.get().toCompletableFuture().join();
      } catch (RunException | CompletionException refused) {
        Throwable cause = refused instanceof RunException ? refused : refused.getCause();
        assertThat(cause).isInstanceOf(RunException.class);
      }
    }

    /** What the distributor does with a binding. */
    private void beginSession(DeviceId device, Optional<RunId> run) {
      Optional<RunBinding> binding = bindings.of(device);
      boolean mine = binding.map(found -> found.run().id()).equals(run);
      boolean usable = binding.map(b -> b.reservation().usable(clock.instant())).orElse(true);
      if (mine && usable && !sessions.containsKey(device)) {
        sessions.put(device, run);
        lab.lock(device, "session", clock.instant());
      }
    }

    private void endSession(DeviceId device) {
      sessions.remove(device);
      lab.free(device);
    }

    @Override
    public CompletionStage<Void> end(RunId run) {
      Set<DeviceId> mine = new HashSet<>();
      sessions.forEach(
          (device, of) -> {
            if (of.equals(Optional.of(run))) {
              mine.add(device);
            }
          });
      mine.forEach(this::endSession);
      return CompletableFuture.completedStage(null);
    }

    void check() {
      Map<DeviceId, RunId> holders = new HashMap<>();
      for (Run run : runs.everything()) {
        for (Reservation entry : run.reservations()) {
          if (entry.holds()) {
            assertThat(run.live()).isTrue();
            assertThat(holders.put(entry.device(), run.id())).isNull();
          }
        }
      }
      for (DeviceState state : lab.all()) {
        DeviceId device = state.device().id();
        assertThat(bindings.of(device).map(found -> found.run().id()))
            .isEqualTo(Optional.ofNullable(holders.get(device)));
        Optional<RunId> user = sessions.getOrDefault(device, Optional.empty());
        if (sessions.containsKey(device) && holders.containsKey(device)) {
          assertThat(user).isEqualTo(Optional.of(holders.get(device)));
        }
      }
    }
  }
}
