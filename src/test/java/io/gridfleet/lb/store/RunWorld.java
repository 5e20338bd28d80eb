package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.lab.ObedientNodes;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.Requirement;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.Run;
import io.gridfleet.lb.run.RunBinding;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunException;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.RunState;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.SessionsOfRun;
import io.gridfleet.lb.run.VirtualClock;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.session.SessionMap;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Two replicas on one store with a virtual clock, five phones, and their clients. */
final class RunWorld {
  private static final int DEVICES = 5;
  private static final RunConfig CONFIG = ConfigLoader.defaults(RunConfig.class);

  /** The operations of clients. */
  enum What {
    RESERVE,
    LOCK_AS_STRANGER,
    LOCK_FOR_RUN,
    PUBLISH,
    END_SESSION,
    BEAT,
    READY,
    CANCEL,
    COMPLETE,
    COOL_DOWN,
    WAIT,
    SWEEP,
    HEAR
  }

  /** An operation, and two numbers that select a replica, a run, a device, an amount. */
  record Step(What what, int one, int other) {}

  /** An attempt that holds a lock. */
  private record Attempt(DeviceLock lock, Optional<RunId> run) {}

  private final VirtualClock clock = new VirtualClock();
  private final RunLab lab = new RunLab();
  private final SqlStore store;
  private final SessionMap sessions;
  private final List<Replica> replicas;
  private final List<RunId> ids = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();

  RunWorld(SqlStore store) {
    this.store = store;
    this.sessions = store.sessionMap();
    for (String table : List.of("reserved_devices", "runs", "sessions", "device_locks")) {
      store.jdbi().useHandle(handle -> handle.execute("DELETE FROM " + table));
    }
    for (int i = 0; i < DEVICES; i++) {
      lab.phone("phone-" + i);
    }
    pass(Duration.ZERO);
    this.replicas = List.of(new Replica(), new Replica());
  }

  /** Runs and their cached state, wired as in the application. */
  private final class Replica {
    final Runs runs = store.runs();
    final RunBindings bindings = new RunBindings(new RunListener() {});
    final RunCommands commands =
        new RunCommands(
            new RunCommands.Parts(
                runs,
                lab,
                DriverPacks.builtIn(),
                new ChangeOverride(lab.overrides(), now -> {}),
                endSessions()),
            CONFIG,
            bindings,
            bindings,
            clock);

    private SessionsOfRun endSessions() {
      EndSession end =
          new EndSession(
              sessions,
              new ObedientNodes() {},
              lock -> store.deviceLocks().release(lock).thenAccept(freed -> {}),
              new SessionListener() {},
              clock);
      return SessionsOfRun.of(sessions, end);
    }

    /** The checks at the HTTP endpoint and in the distributor, before the store is queried. */
    boolean admits(DeviceId device, Optional<RunId> run) {
      Optional<RunBinding> binding = bindings.of(device);
      return run.map(id -> bindings.live(id).isPresent()).orElse(true)
          && binding.map(found -> found.run().id()).equals(run)
          && binding.map(b -> b.reservation().usable(clock.instant())).orElse(true);
    }
  }

  /** The store's clock advances with it. */
  void pass(Duration time) {
    clock.pass(time);
    store.jdbi().define("now", Long.toString(clock.instant().toEpochMilli()));
  }

  void sweep() {
    replicas.forEach(replica -> now(replica.commands.expireOverdue()));
  }

  void act(Step step) {
    Replica replica = replicas.get(step.one() % 2);
    DeviceId device = lab.all().get(step.other() % DEVICES).device().id();
    Optional<RunId> run =
        ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(step.one() / 2 % ids.size()));
    switch (step.what()) {
      case RESERVE -> reserve(replica, step);
      case LOCK_AS_STRANGER -> lock(replica, device, Optional.empty());
      case LOCK_FOR_RUN -> run.ifPresent(id -> lock(replica, device, run));
      case PUBLISH -> publish(step.other());
      case END_SESSION -> endSession(step.other());
      case BEAT -> run.ifPresent(id -> refusable(() -> replica.commands.beat(id)));
      case READY -> run.ifPresent(id -> refusable(() -> replica.commands.ready(id)));
      case CANCEL -> run.ifPresent(id -> refusable(() -> replica.commands.cancel(id, "suite ci")));
      case COMPLETE -> run.ifPresent(id -> refusable(() -> replica.commands.complete(id)));
      case COOL_DOWN -> run.ifPresent(id -> coolDown(replica, id, device));
      case WAIT -> pass(Duration.ofSeconds(step.one()));
      case SWEEP -> now(replica.commands.expireOverdue());
      case HEAR -> receive(replica);
    }
  }

  private void reserve(Replica replica, Step step) {
    int count = 1 + step.other() % 3;
    Requirement phones =
        new Requirement(
            "appium-uiautomator2",
            "android_mobile",
            Optional.empty(),
            step.one() % 8 < 2
                ? new Requirement.AllAvailable(count)
                : new Requirement.Exactly(count),
            Map.of(),
            Set.of());
    RunRequest request =
        new RunRequest(
            "r", List.of(phones), Duration.ofMinutes(60), Duration.ofMinutes(2), Optional.empty());
    refusable(
        () ->
            replica
                .commands
                .reserve(request, Selector.everything())
                .thenAccept(begun -> ids.add(begun.id())));
  }

  private static void coolDown(Replica replica, RunId run, DeviceId device) {
    refusable(
        () -> replica.commands.coolDown(run, device, "flaky", Duration.ofSeconds(90), "suite ci"));
  }

  private static void refusable(Supplier<CompletionStage<?>> command) {
    try {
      now(command.get());
    } catch (RunException | CompletionException refused) {
      Throwable cause = refused instanceof RunException ? refused : refused.getCause();
      assertThat(cause).isInstanceOf(RunException.class);
    }
  }

  private void lock(Replica replica, DeviceId device, Optional<RunId> run) {
    if (replica.admits(device, run)) {
      now(store.deviceLocks().tryLock(device, 1, "attempt", run.map(RunId::value), MINUTE))
          .ifPresent(lock -> attempts.add(new Attempt(lock, run)));
    }
  }

  private void publish(int which) {
    if (!attempts.isEmpty()) {
      Attempt attempt = attempts.remove(which % attempts.size());
      Session plain = Facts.session(attempt.lock());
      Session session = attempt.run().map(run -> Facts.of(run, plain)).orElse(plain);
      switch (now(sessions.publish(session))) {
        case PUBLISHED -> {}
        case RUN_OVER -> now(store.deviceLocks().release(attempt.lock()));
        default -> throw new AssertionError("no other request has its lock or its id");
      }
    }
  }

  private void endSession(int which) {
    List<SessionRecord> all = now(sessions.live());
    if (!all.isEmpty()) {
      Session session = all.get(which % all.size()).session();
      now(sessions.end(session.id(), EndReason.CLIENT_DELETED));
      now(store.deviceLocks().release(session.lock()));
    }
  }

  private void receive(Replica replica) {
    now(replica.bindings.reload(replica.runs));
    Map<DeviceId, RunId> known = new HashMap<>();
    lab.all()
        .forEach(
            state ->
                replica
                    .bindings
                    .of(state.device().id())
                    .ifPresent(found -> known.put(state.device().id(), found.run().id())));
    assertThat(known).as("a replica's state after all signals").isEqualTo(reserved());
  }

  /** The invariants after every step. */
  void check() {
    Map<DeviceId, RunId> reserved = reserved();
    Map<DeviceId, RunId> held = new HashMap<>();
    Map<RunId, RunState> states = new HashMap<>();
    for (RunId id : ids) {
      Run run = now(store.runs().find(id)).orElseThrow();
      states.put(id, run.state());
      run.reservations().stream()
          .filter(Reservation::holds)
          .forEach(entry -> assertThat(held.put(entry.device(), id)).as("in two runs").isNull());
      assertThat(run.live() || run.reservations().stream().noneMatch(Reservation::holds)).isTrue();
    }
    assertThat(held).isEqualTo(reserved);
    Map<DeviceId, Optional<RunId>> users = users();
    reserved.forEach(
        (device, run) ->
            assertThat(users.getOrDefault(device, Optional.of(run)))
                .as("who uses a reserved device")
                .contains(run));
    for (SessionRecord record : now(sessions.live())) {
      run(record.session())
          .ifPresent(
              run -> assertThat(states.get(run)).isNotIn(RunState.CANCELLED, RunState.EXPIRED));
    }
  }

  /** The run of the attempt or session of each locked device. */
  private Map<DeviceId, Optional<RunId>> users() {
    Map<DeviceId, Optional<RunId>> users = new HashMap<>();
    attempts.forEach(attempt -> users.put(attempt.lock().device(), attempt.run()));
    for (SessionRecord record : now(sessions.live())) {
      users.put(record.session().lock().device(), run(record.session()));
    }
    assertThat(now(store.deviceLocks().held()).stream().map(HeldLock::lock).map(DeviceLock::device))
        .as("locks")
        .containsExactlyInAnyOrderElementsOf(users.keySet());
    return users;
  }

  private static Optional<RunId> run(Session session) {
    return session.terms().run().map(RunId::new);
  }

  /** The run of each device, by the rows that decide about a lock. */
  Map<DeviceId, RunId> reserved() {
    Map<DeviceId, RunId> reserved = new HashMap<>();
    store
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createQuery("SELECT device, run FROM reserved_devices")
                    .mapToMap(String.class)
                    .forEach(
                        row ->
                            reserved.put(
                                new DeviceId(row.get("device")), new RunId(row.get("run")))));
    return reserved;
  }

  List<Run> live() {
    return now(store.runs().live());
  }

  /** What a replica considers reserved. */
  List<RunBinding> bindings() {
    return replicas.stream()
        .flatMap(
            replica ->
                lab.all().stream()
                    .flatMap(state -> replica.bindings.of(state.device().id()).stream()))
        .toList();
  }
}
