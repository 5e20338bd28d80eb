package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.run.Claim;
import io.gridfleet.lb.run.Claims;
import io.gridfleet.lb.run.Exclusion;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.Runs.Edge;
import io.gridfleet.lb.run.Runs.Filter;
import io.gridfleet.lb.run.Runs.Filter.Sort;
import io.gridfleet.lb.run.Runs.Reserving;
import io.gridfleet.lb.run.Runs.Reserving.Reserved;
import io.gridfleet.lb.run.Runs.Reserving.Shortage;
import io.gridfleet.lb.run.Runs.Want;
import io.gridfleet.lb.run.Runs.Window;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link Runs} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class RunsContractTest {
  private static final RunListener NO_LISTENER = new RunListener() {};

  private final StoreKind kind;
  private final DeviceId first = device();
  private final DeviceId second = device();
  private SqlStore store;
  private Runs runs;

  RunsContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    runs = store.runs();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aRunIsFoundAsItBegan() {
    Run run = reserved("nightly", want(1, 2, first, second));

    assertThat(run.state()).isEqualTo(RunState.PREPARING);
    assertThat(run.reservations()).extracting(Reservation::device).containsExactly(first, second);
    assertThat(run.times().created()).isCloseTo(Instant.now(), within(10, ChronoUnit.SECONDS));
    assertThat(now(runs.find(run.id()))).contains(run);
    assertThat(now(runs.live())).containsExactly(run);
    assertThat(now(runs.find(RunId.random()))).isEmpty();
  }

  @Test
  void aRunWithoutWantsIsARunToo() {
    assertThat(reserved("empty").reservations()).isEmpty();
  }

  @Test
  void reservedAndLockedDevicesAndThoseOfEarlierWantsAreNotFree() {
    DeviceId third = device();
    reserved("one", want(1, 1, first));
    now(store.deviceLocks().tryLock(second, 1, "a", MINUTE));

    assertThat(reserve("two", want(2, 2, first, second, third))).isEqualTo(new Shortage(0, 1));
    assertThat(reserve("two", want(1, 1, third), want(1, 1, third))).isEqualTo(new Shortage(1, 0));
    assertThat(now(runs.live())).as("a shortage leaves nothing").hasSize(1);
    assertThat(reserve("two", want(1, 9, first, second, third))).isInstanceOf(Reserved.class);
  }

  @Test
  void theEndOfARunFreesItsDevices() {
    Run run = reserved("one", want(2, 2, first, second));
    RunCommands commands =
        RunLab.commands(runs, (id, by) -> CompletableFuture.completedStage(null), NO_LISTENER);

    Run ended = now(commands.complete(run.id()));

    assertThat(ended.state()).isEqualTo(RunState.COMPLETED);
    assertThat(now(runs.find(run.id()))).contains(ended);
    assertThat(now(runs.live())).isEmpty();
    assertThat(reserve("two", want(2, 2, first, second))).isInstanceOf(Reserved.class);
  }

  @Test
  void everythingThatARunCanSayIsKept() {
    Run run = reserved("one", want(1, 1, first));
    Instant at = run.times().created();
    Reservation entry = run.reservations().get(0);
    Reservation full =
        new Reservation(
            first,
            entry.snapshot(),
            Optional.of(
                new Exclusion(
                    "hot\0", at, Optional.of(at.plus(MINUTE)), Optional.of("operator Ada"))),
            new Reservation.Cooldowns(3, true),
            2,
            new Claims(
                Optional.of(new Claim("gw1", at)),
                List.of(new Claims.Ended("gw0", at, at.plus(MINUTE)))),
            Optional.empty());
    Run wanted =
        new Run(
            run.id(),
            run.request(),
            new Run.Status(RunState.ACTIVE, Optional.of("why"), 2, Optional.of("suite ci")),
            new Run.Times(at, Optional.of(at), Optional.empty(), at.plus(MINUTE)),
            List.of(full));

    now(runs.change(run.id(), (before, time) -> wanted));

    assertThat(now(runs.find(run.id()))).contains(wanted);
  }

  @Test
  void aChangeThatThrowsOrChangesNothingWritesNothing() {
    Run run = reserved("one", want(1, 1, first));

    Runs.Changed same = now(runs.change(run.id(), (before, time) -> before)).orElseThrow();
    assertThat(same.anything()).isFalse();
    assertThatThrownBy(
            () ->
                now(
                    runs.change(
                        run.id(),
                        (before, time) -> {
                          throw new IllegalStateException("no");
                        })))
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThat(now(runs.find(run.id()))).contains(run);
    assertThat(now(runs.change(RunId.random(), (before, time) -> before))).isEmpty();
  }

  @Test
  void changesAtTheSameTimeAllCount() {
    Run run = reserved("one", want(1, 1, first));
    RunCommands commands =
        RunLab.commands(runs, (id, by) -> CompletableFuture.completedStage(null), NO_LISTENER);
    List<CompletionStage<Run>> heartbeats = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      heartbeats.add(commands.beat(run.id()));
    }
    heartbeats.forEach(Facts::now);

    assertThat(now(runs.find(run.id())).orElseThrow().status().version()).isEqualTo(21);
  }

  @Test
  void manyWhoReserveAtOnceNeverShareADevice() {
    List<DeviceId> devices = Stream.generate(Facts::device).limit(10).toList();
    Want two = want(2, 2, devices.toArray(DeviceId[]::new));
    List<CompletionStage<Reserving>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(runs.reserve(RunId.random(), request("r" + i), List.of(two)));
    }

    List<DeviceId> given =
        all.stream()
            .map(Facts::now)
            .filter(Reserved.class::isInstance)
            .flatMap(each -> ((Reserved) each).run().reservations().stream())
            .map(Reservation::device)
            .toList();
    assertThat(given).hasSize(10).doesNotHaveDuplicates();
  }

  @Test
  void aReservedDeviceIsLockedForItsRunOnly() {
    Optional<String> run = Optional.of(reserved("one", want(1, 1, first)).id().value());
    Optional<String> other = Optional.of(reserved("two", want(1, 1, device())).id().value());
    DeviceLocks locks = store.deviceLocks();

    assertThat(now(locks.tryLock(first, 2, "a", Optional.empty(), MINUTE))).isEmpty();
    assertThat(now(locks.tryLock(first, 2, "a", other, MINUTE))).isEmpty();
    assertThat(now(locks.tryLock(first, 2, "a", run, MINUTE))).isPresent();
    assertThat(now(locks.tryLockForOperator(first, 2, "ann"))).isPresent();
    assertThat(now(locks.tryLock(second, 1, "a", run, MINUTE))).as("not its own").isEmpty();
  }

  @Test
  void aReleasedDeviceIsLockedForAnybodyAndNotForTheRunThatHadIt() {
    RunId run = reserved("one", want(1, 1, first)).id();
    now(
        RunLab.commands(runs, (id, by) -> CompletableFuture.completedStage(null), NO_LISTENER)
            .cancel(run, "suite ci"));
    DeviceLocks locks = store.deviceLocks();

    assertThat(now(locks.tryLock(first, 1, "a", Optional.of(run.value()), MINUTE))).isEmpty();
    assertThat(now(locks.tryLock(first, 1, "a", Optional.empty(), MINUTE))).isPresent();
  }

  @Test
  void aStrangerAndARunThatAskAtOnceNeverBothGetADevice() {
    Set<String> winners = new HashSet<>();
    for (int round = 0; round < 40 || (winners.size() < 2 && round < 1_000); round++) {
      DeviceId phone = device();
      List<CompletionStage<Optional<DeviceLock>>> strangers = new ArrayList<>();
      CompletionStage<Reserving> reserving = null;
      for (int i = 0; i < 6; i++) {
        if (i == round % 6) {
          reserving = runs.reserve(RunId.random(), request("r"), List.of(want(1, 1, phone)));
        }
        strangers.add(store.deviceLocks().tryLock(phone, 1, "s" + i, Optional.empty(), MINUTE));
      }
      boolean locked =
          strangers.stream().map(Facts::now).filter(Optional::isPresent).toList().size() == 1;
      boolean reserved = now(reserving) instanceof Reserved;
      assertThat(locked).as("the other one has it").isNotEqualTo(reserved);
      winners.add(locked ? "stranger" : "run");
    }
    assertThat(winners).containsExactlyInAnyOrder("stranger", "run");
  }

  @Test
  void listsAreFilteredSortedAndCut() {
    Run b = reserved("b");
    Run a = reserved("a");
    Run upper = reserved("Z");
    RunLab.commands(runs, (id, by) -> CompletableFuture.completedStage(null), NO_LISTENER)
        .cancel(a.id(), "suite ci")
        .toCompletableFuture()
        .join();

    assertThat(names(filter(Optional.empty(), Sort.NAME, false))).containsExactly("Z", "a", "b");
    assertThat(names(filter(Optional.empty(), Sort.NAME, true))).containsExactly("b", "a", "Z");
    assertThat(names(filter(Optional.empty(), Sort.COMPLETED_AT, false)).get(0)).isEqualTo("a");
    assertThat(names(filter(Optional.of(RunState.CANCELLED), Sort.CREATED_AT, true)))
        .containsExactly("a");
    Runs.Page page = now(runs.list(filter(Optional.empty(), Sort.NAME, false), new Window(1, 1)));
    assertThat(page.total()).isEqualTo(3);
    assertThat(page.runs()).extracting(Run::name).containsExactly("a");
    assertThat(page.more()).isTrue();
    Filter later =
        new Filter(
            Optional.empty(),
            Optional.of(upper.times().created().plus(MINUTE)),
            Optional.empty(),
            Sort.STATE,
            true);
    assertThat(names(later)).isEmpty();
    assertThat(Set.of(b, upper)).isEqualTo(new HashSet<>(now(runs.live())));
  }

  @ParameterizedTest
  @EnumSource(Sort.class)
  void aPageNextToARunIsTheSameWhateverBeginsMeanwhile(Sort sort) {
    for (String name : List.of("b", "a", "B", "a", "c", "d")) {
      Run run = reserved(name);
      if (!name.equals("a")) {
        now(
            RunLab.commands(runs, (id, by) -> CompletableFuture.completedStage(null), NO_LISTENER)
                .cancel(run.id(), "suite ci"));
      }
    }
    for (boolean descending : List.of(true, false)) {
      Filter filter = filter(Optional.empty(), sort, descending);
      List<Run> whole = now(runs.list(filter, new Window(50, 0))).runs();
      Set<RunId> known = new HashSet<>(whole.stream().map(Run::id).toList());
      for (int at = 0; at < whole.size(); at++) {
        Run run = whole.get(at);
        reserved("a");
        assertThat(beside(filter, run, false, known))
            .isEqualTo(whole.subList(at + 1, whole.size()));
        assertThat(beside(filter, run, true, known)).isEqualTo(whole.subList(0, at));
      }
    }
  }

  /** Everything on one side of a run, two at a time, of those that were there. */
  private List<Run> beside(Filter filter, Run run, boolean before, Set<RunId> known) {
    List<Run> found = new ArrayList<>();
    Runs.Page page;
    Run edge = run;
    do {
      Edge place = new Edge(filter.sort().key(edge), edge.id(), before);
      page = now(runs.list(filter, new Window(2, 0, Optional.of(place))));
      found.addAll(before ? 0 : found.size(), page.runs());
      edge = page.runs().isEmpty() ? edge : page.runs().get(before ? 0 : page.runs().size() - 1);
    } while (page.more());
    found.removeIf(it -> !known.contains(it.id()));
    return found;
  }

  private List<String> names(Filter filter) {
    return now(runs.list(filter, new Window(10, 0))).runs().stream().map(Run::name).toList();
  }

  private static Filter filter(Optional<RunState> state, Sort sort, boolean descending) {
    return new Filter(state, Optional.empty(), Optional.empty(), sort, descending);
  }

  private static Want want(int atLeast, int atMost, DeviceId... candidates) {
    ReservedDevice snapshot = new ReservedDevice(Map.of("name", "Pixel"), Map.of("team", "x"));
    return new Want(
        atLeast,
        atMost,
        Stream.of(candidates).map(each -> Reservation.of(each, snapshot)).toList());
  }

  private Reserving reserve(String name, Want... wants) {
    return now(runs.reserve(RunId.random(), request(name), List.of(wants)));
  }

  private Run reserved(String name, Want... wants) {
    return ((Reserved) reserve(name, wants)).run();
  }

  private static RunRequest request(String name) {
    return new RunRequest(
        name,
        List.of(
            new Requirement(
                "pack",
                "android",
                Optional.of("14"),
                new Requirement.Exactly(2),
                Map.of("team", "x"),
                Set.of("g", "h")),
            new Requirement(
                "pack",
                "ios",
                Optional.empty(),
                new Requirement.AllAvailable(1),
                Map.of(),
                Set.of())),
        Duration.ofHours(1),
        MINUTE,
        Optional.of("ci"));
  }
}
