package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.Api;
import io.gridfleet.lb.api.ApiAccess;
import io.gridfleet.lb.api.ApiRoutes;
import io.gridfleet.lb.api.ServerHealth;
import io.gridfleet.lb.api.ServerRoutes;
import io.gridfleet.lb.api.device.CatalogRoutes;
import io.gridfleet.lb.api.device.DeviceRoutes;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.device.TestDataRoutes;
import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventRoutes;
import io.gridfleet.lb.api.history.DeviceHistoryRoutes;
import io.gridfleet.lb.api.history.RequestRoutes;
import io.gridfleet.lb.api.history.UsageRoutes;
import io.gridfleet.lb.api.http.ApiRequest;
import io.gridfleet.lb.api.overview.OverviewRoutes;
import io.gridfleet.lb.api.queue.DistributorQueue;
import io.gridfleet.lb.api.queue.QueueRoutes;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.api.run.ClaimRoutes;
import io.gridfleet.lb.api.run.RunDeviceRoutes;
import io.gridfleet.lb.api.run.RunEvents;
import io.gridfleet.lb.api.run.RunRoutes;
import io.gridfleet.lb.api.selector.SelectorRoutes;
import io.gridfleet.lb.api.session.SessionHistory;
import io.gridfleet.lb.api.session.SessionRoutes;
import io.gridfleet.lb.api.session.SessionRows;
import io.gridfleet.lb.app.lab.LabState;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.device.OperatorLocks;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.ReservationUpdates;
import io.gridfleet.lb.newsession.AttemptOutcome;
import io.gridfleet.lb.newsession.LiveRuns;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.RunWaits;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.run.SessionsOfRun;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** Runs, reservations and the API that suites and operators use, wired to the rest. */
final class SuiteWiring {
  private final SqlStore store;
  private final Runs runs;
  private final RunBindings bindings;
  private final RunCommands commands;
  private final RunWaits waits = new RunWaits(knownRuns());
  private final FleetEvents shared;
  private final EventFeed events;
  private final Api api;

  /** What suites need from other features. */
  record Parts(
      SqlStore store,
      Inventory inventory,
      LabState lab,
      DriverPacks packs,
      Distributor distributor,
      FleetUpdates updates,
      EndSession endSession,
      HistoryWiring history,
      ServerHealth health,
      ScheduledExecutorService timer,
      Executor elsewhere) {}

  SuiteWiring(Parts parts, RunConfig config, ApiAccess access, InstantSource clock) {
    this.store = parts.store();
    this.runs = store.runs();
    this.shared = new FleetEvents(store.replicas().own(), store.signals(), clock);
    this.events = shared.feed();
    shared.onReceived(
        new WatchedLocks(events, store.deviceLocks(), parts.updates(), parts.timer())::received);
    ReservationUpdates reservationUpdates =
        new ReservationUpdates(
            parts.updates(),
            this::bindings,
            parts.timer(),
            new ReservationUpdates.StoreTime(store::toOwnTime, clock));
    this.bindings = new RunBindings(RunListener.all(reservationUpdates, signalling(), waiting()));
    RunEvents runEvents = new RunEvents(events);
    RunListener listener =
        RunListener.all(
            bindings,
            runEvents,
            new RunLog(parts.inventory()),
            parts.history().periods().recorder());
    DriverPacks packs = parts.packs();
    ChangeOverride overrides =
        new ChangeOverride(store.deviceOverrides(), changed -> overridden(parts, changed));
    this.commands =
        new RunCommands(
            new RunCommands.Parts(
                runs,
                parts.lab(),
                packs,
                overrides,
                SessionsOfRun.of(store.sessionMap(), parts.endSession())),
            config,
            bindings,
            listener,
            store.time());
    DeviceRows rows = new DeviceRows(parts.lab(), packs, bindings);
    SessionRoutes sessions =
        new SessionRoutes(
            new SessionRows(
                SessionRecords.of(store.sessionMap()), store.testReports(), store.sessionPages()),
            store.testReports(),
            rows,
            commands,
            new SessionRoutes.Server(
                id ->
                    parts
                        .endSession()
                        .endKnowing(id, EndReason.OPERATOR, EndSession.NodeKnows.TELL_IT),
                new SessionHistory(
                    parts.history().requests()::ofSession, parts.history()::commandsOf)),
            store.time());
    RunRoutes runRoutes =
        new RunRoutes(runs, commands, rows, sessions, store.time(), SuiteWiring::gridUrl);
    QueueView queue =
        new DistributorQueue(
            parts.distributor(),
            parts.history().periods().labels()::of,
            parts.history().periods()::lengths);
    QueueRoutes queueRoutes = new QueueRoutes(queue);
    OperatorLocks locks = new OperatorLocks(store.deviceLocks(), locksListener(parts));
    this.api =
        new Api(
            new ApiRoutes(
                new ApiRoutes.Devices(
                    new DeviceRoutes(rows, overrides, locks, sessions::ofDevice, clock),
                    new DeviceHistoryRoutes(parts.history().periods().devices(), rows),
                    new TestDataRoutes(rows, overrides, this::testDataChanged),
                    new CatalogRoutes(rows, runs)),
                new ApiRoutes.Suites(
                    runRoutes,
                    new RunDeviceRoutes(commands, runRoutes, rows),
                    new ClaimRoutes(commands, runRoutes, rows, store.time()),
                    sessions),
                new ApiRoutes.Matching(
                    queueRoutes,
                    new RequestRoutes(
                        new RequestRoutes.Sources(
                            parts.history().requests(),
                            parts.history().open()::find,
                            queueRoutes::rowOf)),
                    new SelectorRoutes(parts.distributor(), store.deviceLocks(), rows, clock)),
                new EventRoutes(events, rows),
                new ApiRoutes.Server(
                    new ServerRoutes(parts.health(), rows),
                    new OverviewRoutes(
                        new ServerOverview(store, parts.distributor(), clock), queue),
                    new UsageRoutes(store.usage(), rows, store.time()))),
            access,
            parts.elsewhere());
  }

  private RunBindings bindings() {
    return bindings;
  }

  private RunListener signalling() {
    return new RunListener() {
      @Override
      public void bindingsChanged(Set<DeviceId> devices) {
        store.signals().publish(new FleetSignal.ReservationsChanged(Optional.empty()));
      }
    };
  }

  private RunListener waiting() {
    return new RunListener() {
      @Override
      public void over(RunId run) {
        waits.over(run.value());
      }
    };
  }

  private void overridden(Parts parts, DeviceOverride changed) {
    parts.lab().overridden(changed);
    parts.history().periods().recorder().maintenance(changed.device(), changed.maintenance());
    deviceChanged(changed.device());
    store.signals().publish(new FleetSignal.OverridesChanged(changed.device()));
  }

  private void testDataChanged(DeviceId device) {
    events.publish("test_data.updated", Map.of("device_id", device.value()));
  }

  private void deviceChanged(DeviceId device) {
    events.publish(EventFeed.DEVICE_CHANGED, Map.of("device_id", device.value()));
  }

  private OperatorLocks.Listener locksListener(Parts parts) {
    return new OperatorLocks.Listener() {
      @Override
      public void locked(DeviceLock lock) {
        HeldLock held = new HeldLock(lock, HeldLock.Kind.OPERATOR, Instant.now(), Optional.empty());
        parts.updates().held(held);
        deviceChanged(lock.device());
        parts.history().periods().recorder().locked(lock);
      }

      @Override
      public void freed(DeviceLock lock) {
        parts.distributor().freedHere(lock);
        deviceChanged(lock.device());
        parts.history().periods().recorder().unlocked(lock.device());
      }
    };
  }

  private static String gridUrl(ApiRequest request) {
    return "http://" + request.header("host").orElse("localhost:4444");
  }

  /** Counts the attempts that devices failed in runs. */
  NewSessionListener newSessionListener() {
    return new NewSessionListener() {
      @Override
      public void attemptEnded(
          NewSessionRequest request, Device device, AttemptOutcome outcome, Duration took) {
        if (outcome instanceof AttemptOutcome.DeviceFailed failed) {
          bindings
              .of(device.id())
              .ifPresent(
                  binding ->
                      commands.attemptFailed(binding.run().id(), device.id(), failed.cause()));
        }
      }
    };
  }

  Api api() {
    return api;
  }

  EventFeed events() {
    return events;
  }

  /** The events of all replicas. */
  FleetEvents shared() {
    return shared;
  }

  /** Which runs may have sessions. */
  LiveRuns knownRuns() {
    return new LiveRuns() {
      @Override
      public Optional<String> live(String run) {
        return RunId.parse(run).flatMap(bindings::live).map(found -> found.id().value());
      }

      @Override
      public Optional<String> live(String run, Tenant tenant) {
        return RunId.parse(run)
            .flatMap(bindings::live)
            .filter(found -> found.isOf(tenant))
            .map(found -> found.id().value());
      }

      @Override
      public CompletionStage<Void> look(String run) {
        return RunId.parse(run)
            .map(id -> runs.find(id).thenAccept(found -> found.ifPresent(bindings::changed)))
            .orElseGet(() -> CompletableFuture.completedStage(null));
      }
    };
  }

  /** The waiting requests of runs. */
  RunWaits waits() {
    return waits;
  }

  /** Loads the changes of other replicas, and what was stored before the start. */
  CompletionStage<?> reload() {
    return bindings.reload(runs);
  }

  void start(ScheduledExecutorService timer) {
    commands.startExpiry(timer);
  }
}
