package io.gridfleet.lb.api;

import io.gridfleet.lb.api.device.CatalogRoutes;
import io.gridfleet.lb.api.device.DeviceRoutes;
import io.gridfleet.lb.api.device.DeviceRows;
import io.gridfleet.lb.api.device.TestDataRoutes;
import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.api.event.EventRoutes;
import io.gridfleet.lb.api.history.DeviceHistoryRoutes;
import io.gridfleet.lb.api.history.RequestRoutes;
import io.gridfleet.lb.api.history.UsageRoutes;
import io.gridfleet.lb.api.history.WhatIfRoutes;
import io.gridfleet.lb.api.overview.OverviewRoutes;
import io.gridfleet.lb.api.queue.QueueRoutes;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.api.run.ClaimRoutes;
import io.gridfleet.lb.api.run.RunDeviceRoutes;
import io.gridfleet.lb.api.run.RunEvents;
import io.gridfleet.lb.api.run.RunRoutes;
import io.gridfleet.lb.api.selector.SelectorRoutes;
import io.gridfleet.lb.api.session.FakeSessionPages;
import io.gridfleet.lb.api.session.SessionHistory;
import io.gridfleet.lb.api.session.SessionRoutes;
import io.gridfleet.lb.api.session.SessionRows;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.LockRequest;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.OperatorLocks;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.Verdict;
import io.gridfleet.lb.distributor.explain.FittingDevices;
import io.gridfleet.lb.distributor.explain.WaitEstimate;
import io.gridfleet.lb.distributor.replay.WhatIf;
import io.gridfleet.lb.history.CommandSummary;
import io.gridfleet.lb.history.FakeRequestHistory;
import io.gridfleet.lb.history.FakeTraffic;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.run.ChangeOverride;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.run.FakeRuns;
import io.gridfleet.lb.run.FakeTestReports;
import io.gridfleet.lb.run.RunBindings;
import io.gridfleet.lb.run.RunCommands;
import io.gridfleet.lb.run.RunConfig;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.SessionRecords;
import io.gridfleet.lb.run.SessionsOfRun;
import io.gridfleet.lb.run.VirtualClock;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionRecord;
import io.gridfleet.lb.waiting.RemoteRemovals.Outcome;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The API wired as in the application, over a lab in memory and a virtual clock. */
public final class ApiLab implements SessionsOfRun, SessionRecords, DeviceLocks {
  final VirtualClock clock = new VirtualClock();
  public final RunLab lab = new RunLab();
  final FakeUsage usage = new FakeUsage(lab);
  final FakeRuns runs = new FakeRuns(clock, lab::locked);
  final FakeTestReports reports = new FakeTestReports(clock);
  final FakeRequestHistory requests = new FakeRequestHistory();
  final EventFeed events = new EventFeed(clock, "lab", event -> {});
  final RunBindings bindings = new RunBindings(new RunListener() {});
  final List<QueueView.Waiting> waiting = new ArrayList<>();
  public final Distributor distributor = distributor();
  final RunCommands commands;
  final ApiRoutes routes;
  final Api api;
  final FakeOverview overview = new FakeOverview(this);
  final FakeTraffic traffic = new FakeTraffic();
  final FakeDeviceHistory periods = new FakeDeviceHistory();
  boolean healthy = true;

  private final Map<String, SessionRecord> sessions = new LinkedHashMap<>();

  public ApiLab() {
    this(ConfigLoader.defaults(RunConfig.class), ApiAccess.open());
  }

  private long nanos() {
    return TimeUnit.MILLISECONDS.toNanos(clock.instant().toEpochMilli());
  }

  ApiLab(RunConfig config, ApiAccess access) {
    RunListener listener = RunListener.all(bindings, new RunEvents(events));
    ChangeOverride overrides = new ChangeOverride(lab.overrides(), now -> {});
    DriverPacks packs = DriverPacks.builtIn();
    commands =
        new RunCommands(
            new RunCommands.Parts(runs, lab, packs, overrides, this),
            config,
            bindings,
            listener,
            clock);
    DeviceRows rows = new DeviceRows(lab, packs, bindings);
    SessionRoutes sessionRoutes =
        new SessionRoutes(
            new SessionRows(
                this,
                reports,
                new FakeSessionPages(sessions::values, () -> reports.all().values())),
            reports,
            rows,
            commands,
            new SessionRoutes.Server(
                this::kill,
                new SessionHistory(
                    requests::ofSession,
                    id -> CompletableFuture.completedStage(CommandSummary.none()))),
            clock);
    RunRoutes runRoutes =
        new RunRoutes(runs, commands, rows, sessionRoutes, clock, request -> "http://lab:4444");
    routes =
        new ApiRoutes(
            new ApiRoutes.Devices(
                new DeviceRoutes(
                    rows,
                    overrides,
                    new OperatorLocks(this, new OperatorLocks.Listener() {}),
                    sessionRoutes::ofDevice,
                    clock),
                new DeviceHistoryRoutes(periods, rows),
                new TestDataRoutes(
                    rows,
                    overrides,
                    id -> events.publish("test_data.updated", Map.of("device_id", id.value()))),
                new CatalogRoutes(rows, runs)),
            new ApiRoutes.Suites(
                runRoutes,
                new RunDeviceRoutes(commands, runRoutes, rows),
                new ClaimRoutes(commands, runRoutes, rows, clock),
                sessionRoutes),
            new ApiRoutes.Matching(
                new QueueRoutes(queue()),
                new RequestRoutes(
                    new RequestRoutes.Sources(
                        requests,
                        id -> Optional.empty(),
                        id -> CompletableFuture.completedStage(Optional.empty()))),
                new SelectorRoutes(distributor, this, rows, clock)),
            new EventRoutes(events, rows),
            new ApiRoutes.Server(
                new ServerRoutes(health(), rows),
                new OverviewRoutes(overview, queue()),
                new UsageRoutes(usage, rows, clock, this::nanos),
                new WhatIfRoutes(new WhatIf(traffic, tenant -> Optional.empty()), rows, clock)));
    api = new Api(routes, access);
  }

  /** A distributor over the same devices as the rows; places no request. */
  private Distributor distributor() {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    timer.shutdown();
    return new Distributor(
        new LockKeeper(this, Duration.ofSeconds(30), System::nanoTime), timer, clock);
  }

  private QueueView queue() {
    return new QueueView() {
      @Override
      public CompletionStage<Listed> waiting() {
        return CompletableFuture.completedStage(new Listed(waiting, true));
      }

      @Override
      public CompletionStage<Outcome> remove(String request, String why) {
        return CompletableFuture.completedStage(
            waiting.removeIf(found -> found.request().equals(request))
                ? Outcome.REMOVED
                : Outcome.NOT_WAITING);
      }
    };
  }

  private ServerHealth health() {
    return new ServerHealth() {
      @Override
      public boolean ready() {
        return healthy;
      }

      @Override
      public boolean storeAnswers() {
        return healthy;
      }

      @Override
      public String version() {
        return "test";
      }
    };
  }

  /** Six phones with tags, a TV and an iPhone simulator. */
  public ApiLab furnish() {
    for (int i = 1; i <= 3; i++) {
      lab.add(
          "phone-" + i,
          "Android",
          Map.of(
              "os_version", "14",
              "model", "Pixel 8",
              "manufacturer", "Google",
              "tags", Map.of("team", "checkout", "bench", "b" + i)));
    }
    lab.add(
        "10.0.0.8:5555",
        "Android",
        Map.of(
            "os_version", "12",
            "model", "Shield",
            "manufacturer", "NVIDIA",
            "form_factor", "tv",
            "device_config", Map.of("ip", "10.0.0.8", "remote", "ir-4")));
    lab.add(
        "9F8B1C2D-0000-4A4A-8B8B-1234567890AB",
        "iOS",
        Map.of("os_version", "17.4", "model", "iPhone 15"));
    return this;
  }

  /** A request that waits for one of three phones, all of which are locked. */
  void waits(String request, String tenant) {
    Inhibitor locked =
        Inhibitor.since(Inhibitor.Kind.LOCKED, "for 41 min, by s-1", clock.instant());
    List<Verdict> phones =
        lab.all().stream()
            .limit(3)
            .map(state -> new Verdict(state.device(), List.of(locked)))
            .toList();
    FittingDevices.Hindrance hindrance =
        new FittingDevices.Hindrance("locked", locked.text(), 3, Optional.empty());
    QueueView.Reason reason =
        new QueueView.Reason(
            "3 devices match: 3 locked.",
            new FittingDevices(phones.size(), phones, List.of(hindrance)),
            0,
            new WaitEstimate.Range(Duration.ofSeconds(20), Duration.ofSeconds(90)));
    QueueView.Subject subject =
        new QueueView.Subject(
            "platform:android",
            new QueueView.Labels(
                Optional.empty(), Optional.of("test_login"), "selenium python 4.38.0"));
    waiting.add(
        new QueueView.Waiting(
            waiting.size() + 1,
            request,
            new QueueView.Asker(tenant, 0, "lab:1"),
            Duration.ofMillis(1500),
            () -> subject,
            () -> reason));
  }

  /** A session that the relay created. */
  void begin(String id, Device device, Optional<RunId> run) {
    lab.lock(device.id(), id, clock.instant());
    Session session =
        new Session(
            new SessionId(id),
            new DeviceLock(device.id(), 0, id, sessions.size() + 1),
            new NodeId("mac-mini-1"),
            new Session.Terms(
                "anonymous",
                run.map(RunId::value),
                Optional.of("test_login"),
                Duration.ofMinutes(2),
                Duration.ofMinutes(2),
                false),
            Capabilities.empty(),
            Map.of(),
            clock.instant());
    sessions.put(id, new SessionRecord(session, clock.instant(), Optional.empty()));
  }

  private CompletionStage<EndSession.Outcome> kill(SessionId id, String by) {
    end(id.value(), new EndCause(EndReason.OPERATOR, Optional.of(by)));
    return CompletableFuture.completedStage(
        healthy ? EndSession.Outcome.ENDED : EndSession.Outcome.LEFT_ON_NODE);
  }

  void end(String id, EndReason reason) {
    end(id, EndCause.of(reason));
  }

  private void end(String id, EndCause cause) {
    SessionRecord was = Objects.requireNonNull(sessions.get(id));
    lab.free(was.session().lock().device());
    sessions.put(
        id,
        new SessionRecord(
            was.session(),
            clock.instant(),
            Optional.of(new SessionRecord.End(clock.instant(), cause))));
  }

  @Override
  public CompletionStage<Void> end(RunId run, Optional<String> by) {
    sessions.values().stream()
        .filter(SessionRecord::live)
        .filter(found -> SessionRecords.run(found).equals(Optional.of(run)))
        .map(found -> found.session().id().value())
        .toList()
        .forEach(id -> end(id, new EndCause(EndReason.RUN_RELEASED, by)));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Optional<SessionRecord>> find(String session) {
    return CompletableFuture.completedStage(Optional.ofNullable(sessions.get(session)));
  }

  @Override
  public CompletionStage<Integer> heldFor(String tenant) {
    return CompletableFuture.completedStage(0);
  }

  @Override
  public CompletionStage<LockResult> tryLock(LockRequest options, RemoteWaiters elsewhere) {
    throw new UnsupportedOperationException("the API takes locks for operators only");
  }

  @Override
  public CompletionStage<Optional<DeviceLock>> tryLockForOperator(
      DeviceId device, int slots, String operator) {
    if (lab.locked(device)) {
      return CompletableFuture.completedStage(Optional.empty());
    }
    lab.lock(device, operator, clock.instant());
    return CompletableFuture.completedStage(Optional.of(new DeviceLock(device, 0, operator, 1)));
  }

  @Override
  public CompletionStage<List<DeviceLock>> renew(List<DeviceLock> locks, Duration expiry) {
    throw new UnsupportedOperationException("the API takes locks for operators only");
  }

  @Override
  public CompletionStage<Boolean> release(DeviceLock lock) {
    lab.free(lock.device());
    return CompletableFuture.completedStage(true);
  }

  @Override
  public CompletionStage<List<HeldLock>> held() {
    return CompletableFuture.completedStage(
        lab.all().stream()
            .flatMap(state -> state.locks().stream())
            .map(
                lock ->
                    new HeldLock(
                        lock.lock(), HeldLock.Kind.OPERATOR, lock.since(), Optional.empty()))
            .toList());
  }
}
