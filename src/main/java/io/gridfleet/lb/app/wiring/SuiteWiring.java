package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.Api;
import io.gridfleet.lb.api.ApiAccess;
import io.gridfleet.lb.api.ServerHealth;
import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.run.RunEvents;
import io.gridfleet.lb.app.lab.LabState;
import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceOverride;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.Inventory;
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
import io.gridfleet.lb.run.SessionsOfRun;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
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
      QueueWiring queue,
      ServerHealth health,
      ScheduledExecutorService timer,
      Executor elsewhere) {}

  SuiteWiring(Parts parts, RunConfig config, ApiAccess access, InstantSource clock) {
    this.store = parts.store();
    this.runs = store.runs();
    this.shared = new FleetEvents(store.replicas().own(), store.signals(), clock);
    this.events = shared.feed();
    WatchedLocks watched =
        new WatchedLocks(events, store.deviceLocks(), parts.updates(), parts.timer());
    shared.onReceived(watched::received);
    shared.onWatched(watched::plan);
    ReservationUpdates reservationUpdates =
        new ReservationUpdates(
            parts.updates(),
            this::bindings,
            parts.timer(),
            new ReservationUpdates.StoreTime(store::toOwnTime, clock));
    this.bindings = new RunBindings(RunListener.all(reservationUpdates, waiting()));
    RunEvents runEvents = new RunEvents(events);
    RunListener listener =
        RunListener.all(
            bindings,
            runEvents,
            new RunLog(parts.inventory()),
            parts.history().periods().recorder());
    ChangeOverride overrides =
        new ChangeOverride(store.deviceOverrides(), overridesListener(parts));
    this.commands =
        new RunCommands(
            new RunCommands.Parts(
                runs,
                parts.lab(),
                parts.packs(),
                overrides,
                SessionsOfRun.of(store.sessionMap(), parts.endSession())),
            config,
            bindings,
            listener,
            store.time());
    this.api =
        new Api(
            new ApiWiring(
                    parts,
                    new ApiWiring.Suites(commands, bindings, overrides, this::deviceChanged),
                    events,
                    clock)
                .routes(),
            access,
            parts.elsewhere());
  }

  private RunBindings bindings() {
    return bindings;
  }

  private RunListener waiting() {
    return new RunListener() {
      @Override
      public void over(RunId run) {
        waits.over(run.value());
      }
    };
  }

  private ChangeOverride.Listener overridesListener(Parts parts) {
    DeviceLog log = new DeviceLog(parts.inventory());
    return new ChangeOverride.Listener() {
      @Override
      public void changed(DeviceOverride now) {
        parts.lab().overridden(now);
        deviceChanged(now.device());
        store.signals().committed(new FleetSignal.OverridesChanged(now.device()));
      }

      @Override
      public void maintenance(DeviceOverride now, String by) {
        log.maintenance(now.device(), now.maintenance(), by);
        parts.history().periods().recorder().maintenance(now.device(), now.maintenance(), by);
        changed(now);
      }
    };
  }

  private void deviceChanged(DeviceId device) {
    events.publish(EventFeed.DEVICE_CHANGED, Map.of("device_id", device.value()));
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
