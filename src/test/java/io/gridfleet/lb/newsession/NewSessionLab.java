package io.gridfleet.lb.newsession;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.auth.Credentials;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FakeAvoidedDevices;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.newsession.NewSessionRequest.Address;
import io.gridfleet.lb.newsession.NewSessionRequest.Client;
import io.gridfleet.lb.newsession.NewSessionRequest.Origin;
import io.gridfleet.lb.newsession.answer.Publisher;
import io.gridfleet.lb.newsession.attempt.Attempts;
import io.gridfleet.lb.newsession.attempt.Avoidance;
import io.gridfleet.lb.newsession.capabilities.NewSessionOptionsReader;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.selector.SelectorCache;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.FakeSessionMap;
import io.gridfleet.lb.session.IdleLimits;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The whole flow of new sessions on a virtual clock: all parts are real except nodes, store and
 * time.
 */
public final class NewSessionLab {
  public static final Duration AVOID_FOR = Duration.ofMinutes(10);
  public static final Duration LOCK_EXPIRY = Duration.ofSeconds(30);

  /** The time of a sweep for a lock, and before its next try, as in {@code Orphans}. */
  private static final Duration CLAIM = Duration.ofMinutes(3);

  private static final Duration CLAIM_AGAIN = Duration.ofSeconds(10);

  public final VirtualTime time = new VirtualTime();
  public final FakeDeviceLocks locks = new FakeDeviceLocks(time);
  public final FakeSessionMap sessions = new FakeSessionMap(locks, time, this::open);
  public final FakeAvoidedDevices avoided = new FakeAvoidedDevices(time);
  public final Inventory inventory = new Inventory();
  public final LockKeeper keeper = new LockKeeper(locks, LOCK_EXPIRY, time::nanoTime);
  public final Distributor distributor = new Distributor(keeper, time, time);
  public final FleetUpdates news = new FleetUpdates(distributor);
  public final ScriptedNodes nodes;
  public final EndSession endSession;
  public final Avoidance avoidance;
  public final NewSessionFlow flow;

  /** The runs known to this replica. */
  public LiveRuns runs = LiveRuns.none();

  /** The runs in the store. */
  public Predicate<String> openRuns = run -> runs.live(run).isPresent();

  public final RunWaits waits = new RunWaits(knownRuns());

  /** The link to the store; without latency and loss by default. */
  public final StoreLink link = new StoreLink(time);

  private int requests;

  public NewSessionLab(RandomGenerator luck, NewSessionListener listener) {
    this(luck, luck, listener, new SessionListener() {});
  }

  public NewSessionLab(
      RandomGenerator luck, NewSessionListener listener, SessionListener sessionEnds) {
    this(luck, luck, listener, sessionEnds);
  }

  /**
   * @param picks what the strategy {@code random} throws its dice with
   */
  public NewSessionLab(RandomGenerator luck, RandomGenerator picks, NewSessionListener listener) {
    this(luck, picks, listener, new SessionListener() {});
  }

  /**
   * @param luck that of the nodes
   * @param picks what the strategy {@code random} throws its dice with
   */
  private NewSessionLab(
      RandomGenerator luck,
      RandomGenerator picks,
      NewSessionListener listener,
      SessionListener sessionEnds) {
    nodes = new ScriptedNodes(time, luck);
    locks.link(link);
    sessions.link(link);
    avoided.link(link);
    endSession = new EndSession(sessions, nodes, distributor::release, sessionEnds, time);
    keeper.start(time, LOCK_EXPIRY.dividedBy(3));
    Attempts attempts =
        new Attempts(
            new Attempts.Parts(nodes, nodes, new FailureTable(List.of()), distributor, keeper),
            time);
    avoidance = new Avoidance(avoided, news, listener, AVOID_FOR, time, time);
    IdleLimits idle =
        new IdleLimits(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(1));
    flow =
        new NewSessionFlow(
            new NewSessionFlow.Parts(
                Admission.open(),
                new NewSessionOptionsReader(
                    ConfigLoader.defaults(NewSessionConfig.class),
                    inventory,
                    new SelectorCache(),
                    knownRuns(),
                    picks),
                distributor,
                new NewSessionFlow.Trying(attempts, avoidance),
                new Publisher(
                    sessions,
                    attempts,
                    new Publisher.Limits(idle, Duration.ofMinutes(2)),
                    time,
                    time),
                endSession,
                waits),
            listener,
            time);
  }

  private boolean open(String run) {
    return openRuns.test(run);
  }

  private LiveRuns knownRuns() {
    return new LiveRuns() {
      @Override
      public Optional<String> live(String run) {
        return runs.live(run);
      }

      @Override
      public CompletionStage<Void> look(String run) {
        return runs.look(run);
      }
    };
  }

  public void fleet(int phones) {
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < phones; i++) {
      devices.add(phone("phone-" + i, i % 2 == 0 ? "Android" : "iOS"));
    }
    fleet(devices);
  }

  public void fleet(List<Device> devices) {
    inventory.replace(devices);
    news.inventory(devices);
  }

  public static Device phone(String udid, String platform) {
    Node node =
        new Node(
            new NodeId("node-" + udid),
            URI.create("http://127.0.0.1:4723"),
            Optional.empty(),
            Set.of());
    DeviceId id = DeviceId.of(udid);
    Attributes attributes =
        Attributes.of(
            Map.of("id", id.value(), "udid", udid, "platformName", platform, "model", udid));
    return new Device(
        id,
        node,
        udid,
        Optional.of(udid),
        platform.toLowerCase(Locale.ROOT),
        attributes,
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }

  NewSessionState ask(Map<String, Object> capabilities) {
    return (NewSessionState) flow.begin(request(capabilities, "127.0.0." + (requests + 1)));
  }

  /** A request that hasn't begun, from a client at that address. */
  public NewSessionRequest request(Map<String, Object> capabilities, String client) {
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
    Origin origin =
        new Origin(
            Credentials.none(),
            Optional.empty(),
            new Client(client, "test"),
            new Address(Map.of(), false, "127.0.0.1:4444", ""));
    return new NewSessionRequest(
        "r" + ++requests, time.instant(), NewSessionPayload.parse(body), origin, time);
  }

  /** Starts a periodic cleanup of expired locks, as by {@code Orphans}. */
  public void sweep() {
    locks.expiredStand(true);
    time.scheduleAtFixedRate(
        () -> locks.claimExpired(CLAIM).forEach(this::cleanUp), 10, 10, TimeUnit.SECONDS);
  }

  private void cleanUp(HeldLock orphan) {
    DeviceLock lock = orphan.lock();
    inventory
        .device(lock.device())
        .map(device -> gone(orphan, device.node().id()))
        .orElseGet(() -> CompletableFuture.completedFuture(true))
        .thenAccept(
            done -> {
              if (done) {
                locks.cleaned(orphan);
                distributor.freedHere(lock);
              } else {
                locks.notCleaned(orphan, CLAIM_AGAIN);
              }
            });
  }

  private CompletionStage<Boolean> gone(HeldLock orphan, NodeId node) {
    String holder = orphan.lock().holder();
    return orphan.kind() == HeldLock.Kind.ATTEMPT
        ? nodes.deleteLeftOver(node, holder).thenApply(left -> left == LeftoverSession.NONE)
        : nodes.delete(node, new SessionId(holder));
  }

  /** Ends the session, if any, as the client's {@code DELETE} does. */
  public void end(NewSessionState state) {
    Session session = state.session();
    if (session != null) {
      endSession.end(session.id(), EndReason.CLIENT_DELETED, NodeKnows.TELL_IT);
    }
  }
}
