package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.ConfigSource;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.ProgramVersion;
import io.gridfleet.lb.app.StoreSection;
import io.gridfleet.lb.app.Threads;
import io.gridfleet.lb.app.lab.InventoryFiles;
import io.gridfleet.lb.app.lab.LabState;
import io.gridfleet.lb.app.lab.Reload;
import io.gridfleet.lb.app.lab.ReloadableAdmission;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.auth.AccessTable;
import io.gridfleet.lb.config.HostPort;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.MatchingThread;
import io.gridfleet.lb.distributor.ReplicaSignals;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.metrics.Metrics;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.node.NodeProbes;
import io.gridfleet.lb.recovery.LiveSessions;
import io.gridfleet.lb.recovery.SessionRecovery;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.router.BodyBudget;
import io.gridfleet.lb.router.Endpoints;
import io.gridfleet.lb.router.FrontDoor;
import io.gridfleet.lb.run.DriverPacks;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.IdleReaper;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.SessionActivity;
import io.gridfleet.lb.session.SessionListener;
import io.gridfleet.lb.store.StoreAddress;
import io.gridfleet.lb.store.StoreStartException;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running program: everything built and connected, started and stopped in order. */
public final class GridFleetLb implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GridFleetLb.class);

  /** The interval of the sweep for changes whose signals were missed. */
  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** The delay in which the reports of many nodes are gathered. */
  private static final Duration UPDATE_DELAY = Duration.ofMillis(200);

  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

  private final GridFleetConfig config;
  private final InstantSource clock = InstantSource.system();
  private final ScheduledThreadPoolExecutor timer = Threads.timer();

  final Threads.OffLoop offLoop = Threads.offLoop(); // tests occupy them
  private final EventLoops loops;
  private final SqlStore store;
  private final Inventory inventory = new Inventory();
  private final NodeWiring nodes;
  private final CompositeListener.Of<NewSessionListener> newSessionListeners =
      new CompositeListener.Of<>(NewSessionListener.class);
  private final CompositeListener.Of<SessionListener> sessionEnds =
      new CompositeListener.Of<>(SessionListener.class);
  private final SessionActivity activity = new SessionActivity(System::nanoTime);
  private final MatchingThread matchingThread = new MatchingThread();
  private final Distributor distributor;
  private final FleetUpdates updates;
  private final LiveSessions live;
  private final SessionRouteCache known;
  private final EndSession endSession;
  private final SessionRecovery recovery;
  private final LabState lab;
  private final NodeProbes probes;
  private final LockKeeper keeper;
  private final ServerStatus status;
  private final HistoryWiring history;
  private final QueueWiring queue;
  private final UiWiring ui;
  private final SuiteWiring suites;
  private final SignalConsumer signals;
  private final Relay relay;
  private final NewSessionWiring newSessions;
  private final NewSessionFlow flow;
  private final BodyBudget bodies;
  private final FrontDoor frontDoor;
  private final Metrics metrics;
  private final ReloadableAdmission admission;
  private final Reload reload;
  private volatile boolean started;
  private volatile boolean stopping;
  private volatile String local = "";

  /**
   * Builds everything; does not listen yet.
   *
   * @throws StoreStartException when the store can't be used
   */
  public GridFleetLb(GridFleetConfig config) throws StoreStartException {
    this(config, Optional.empty());
  }

  /**
   * Builds everything; does not listen yet.
   *
   * @param source where the configuration is read again
   * @throws StoreStartException when the store can't be used
   * @throws io.gridfleet.lb.config.ConfigException when an inventory file has a problem
   */
  public GridFleetLb(GridFleetConfig config, Optional<ConfigSource> source)
      throws StoreStartException {
    this.config = config;
    this.loops = EventLoops.start(0, config.router().transport());
    this.metrics = new Metrics(ProgramVersion.text(), loops.transport().toString());
    this.admission =
        new ReloadableAdmission(config.tokens(), name -> Optional.ofNullable(System.getenv(name)));
    this.reload = new Reload(config, source, reloadParts(), clock);
    log.info("the store is {}", StoreSection.located(config.store().address()));
    this.store =
        SqlStore.open(
            config.store().toStoreConfig(config.session().keepEnded()),
            new CompositeListener.OfStore(metrics.store(), this::endedMeanwhile));
    Duration expiry = config.newSession().lockExpiry();
    this.keeper = new LockKeeper(store.deviceLocks(), expiry, System::nanoTime);
    this.distributor =
        new Distributor(
            keeper, timer, clock, store.replicas().own(), store.signals(), matchingThread);
    this.updates = new FleetUpdates(distributor);
    this.live = new LiveSessions(store.sessionMap(), updates, activity, timer);
    this.nodes = new NodeWiring(config, loops, timer);
    this.known = new SessionRouteCache(store.sessionMap(), nodes.directory(), store.time());
    this.endSession =
        new EndSession(
            store.sessionMap(),
            nodes.sessions(),
            new EndedLocks(distributor),
            sessionEnds.composite(),
            store.time());
    this.recovery = recovery();
    DriverPacks packs = DriverPacks.of(config.runs().packs());
    this.history =
        new HistoryWiring(config.history(), store, inventory, admission, metrics::historyDropped);
    this.queue =
        new QueueWiring(
            store,
            distributor,
            history.periods(),
            new QueueWiring.Threads(timer, offLoop.views(), offLoop.maintenance()));
    this.lab =
        new LabState(inventory, nodes.directory(), distributor, updates, packs, this::soon, clock);
    this.probes = probes();
    this.status = new ServerStatus(store, lab, probes, inventory, distributor, () -> stopping);
    this.ui = new UiWiring(config, admission, store, offLoop.views());
    this.suites = suites(packs);
    this.relay = relay();
    var here = new SignalConsumer.SessionsHere(relay::sessionsWithTunnels, this::drop);
    this.signals =
        new SignalConsumer(store, updates, new ReplicaSignals(distributor), lab, suites, here);
    this.newSessions = newSessions();
    this.flow = newSessions.flow();
    this.bodies = new BodyBudget(config.router().maxGatheredBytes().bytes());
    this.frontDoor = frontDoor();
    listen();
    MetricsWiring.showLab(metrics, distributor, activity, probes);
    MetricsWiring.showTransport(metrics, frontDoor::connections, nodes.connections()::open);
  }

  private void devicesChanged() {
    suites.events().devicesChangedHere();
  }

  private void soon(Runnable task) {
    Timers.afterOn(offLoop.maintenance(), timer, UPDATE_DELAY, "the update of the lab", task);
  }

  private Reload.Parts reloadParts() {
    return new Reload.Parts(
        new InventoryFiles(config), admission, this::takeNodes, metrics.reloads());
  }

  private SessionRecovery recovery() {
    return new SessionRecovery(
        new SessionRecovery.Parts(
            store.orphanedLocks(), store.sessionMap(), nodes.sessions(), inventory),
        new SessionRecovery.Patience(
            config.newSession().attemptTimeout(),
            config.session().idleDefault(),
            config.session().maxIdle()),
        endSession,
        distributor::freedHere,
        timer,
        System::nanoTime);
  }

  private NodeProbes probes() {
    return new NodeProbes(
        config.probe(),
        nodes.trust(),
        new CompositeListener.OfProbes(
            new CompositeListener.OfProbes(lab, recovery.nodeListener()),
            new CompositeListener.OfProbes(
                new NodeEvents(this::devicesChanged), history.periods().recorder())),
        timer,
        new Random());
  }

  private Relay relay() {
    return new Relay(
        nodes.connections(),
        nodes.client(),
        new CompositeListener.OfRelay(
            new CompositeListener.OfRelay(
                new TrafficListener(activity, endSession), history.commandRecorder()),
            metrics.relay()),
        new Relay.Limits(config.router().bodyPause(), config.relay().socketsPerSession()),
        config.relay().clientHeaders(config.router()::trusts));
  }

  private FrontDoor frontDoor() {
    return new FrontDoor(
        loops,
        new FrontDoor.Rooms(
            config.router().limits(),
            config.router().maxConnections(),
            endpoints(),
            known,
            RequestPolicies.of(config, admission, bodies),
            relay));
  }

  private SuiteWiring suites(DriverPacks packs) {
    return new SuiteWiring(
        new SuiteWiring.Parts(
            store,
            inventory,
            lab,
            packs,
            distributor,
            updates,
            endSession,
            history,
            queue,
            status,
            timer,
            offLoop.views()),
        config.runs(),
        ui.access(),
        clock);
  }

  private NewSessionWiring newSessions() {
    return new NewSessionWiring(
        new NewSessionWiring.Parts(
            config,
            admission.to(AccessTable.NEW_SESSION),
            store,
            inventory,
            distributor,
            updates,
            keeper,
            suites,
            endSession),
        new NewSessionWiring.Nodes(nodes.client(), nodes.sessions()),
        newSessionListeners.composite(),
        timer,
        clock);
  }

  private void listen() {
    newSessionListeners.add(new NewSessionLog());
    newSessionListeners.add(metrics.newSessions());
    newSessionListeners.add(history.recorder(admission.to(AccessTable.NEW_SESSION), store));
    newSessionListeners.add(suites.newSessionListener());
    newSessionListeners.add(history.periods().recorder());
    newSessionListeners.add(history.periods().labels());
    newSessionListeners.add(queue.listener());
    newSessionListeners.add(new NewSessionEvents(suites.events()));
    newSessionListeners.add(new UnansweredAttempts(probes::reportCreateFailure));
    newSessionListeners.add(new PublishedSessions(signals, live, sessionEnds.composite()));
    sessionEnds.add(new SessionLog(inventory));
    sessionEnds.add(known);
    sessionEnds.add(history.periods().recorder());
    sessionEnds.add(metrics.sessions());
    sessionEnds.add(new EndedSessions(this::drop, store.signals()));
    sessionEnds.add(new SessionEvents(suites.events()));
  }

  /** Drops what this replica keeps of a session that has ended, here or on another replica. */
  private void drop(SessionId session) {
    known.forget(session);
    relay.closeTunnels(session);
    activity.forget(session);
    history.ended(session);
  }

  /** Ends a session here that ended while the store was down. */
  private void endedMeanwhile(Session session, EndCause cause) {
    sessionEnds.composite().ended(session, cause, session.livedUntil(store.time().instant()));
  }

  private Endpoints endpoints() {
    return new Endpoints(
        newSessions.endpoint(metrics::idempotentReplay, () -> stopping, () -> local, relay),
        new SessionDiscovery(
            store.sessionMap(), admission.to(AccessTable.SESSIONS), offLoop.views()),
        ServerEndpoints.status(status::unready, status.version()),
        ServerEndpoints.health(),
        ServerEndpoints.ready(status::unready),
        ServerEndpoints.metrics(metrics::scrape, offLoop.scrapes()),
        ServerEndpoints.api(suites.api(), new PieceWriter(offLoop.lists()), ui.stillSignedIn()),
        new ServerPages(status::overview, ui.pages(), offLoop.views()),
        (id, answered) ->
            endSession.end(
                id,
                EndReason.CLIENT_DELETED,
                answered == 0 || answered >= 500 ? NodeKnows.TELL_IT : NodeKnows.ALREADY));
  }

  /** Reads the held locks of new and returned devices from the store. */
  private void takeNodes(List<NodeConfig> configured) {
    LabState.Taken taken = lab.take(configured);
    probes.watch(taken.nodes());
    if (started && taken.added()) {
      signals.sweep();
    }
  }

  /** Reads the configuration again while the server runs. */
  public Reload reloads() {
    return reload;
  }

  /**
   * Loads the stored state, starts probing, then listens.
   *
   * @return the address to which clients connect
   */
  public InetSocketAddress start() throws IOException {
    reload.start();
    live.resume().toCompletableFuture().join();
    signals.listen();
    signals.sweep().toCompletableFuture().join();
    started = true;
    keeper.start(timer, config.newSession().lockRenewal());
    IdleReaper reaper =
        new IdleReaper(
            store.sessionMap(),
            activity,
            nodes.sessions(),
            endSession,
            config.session().grace(config.store().address() instanceof StoreAddress.Postgres));
    Timers.every(timer, config.session().idleSweep(), "the sweep of idle sessions", reaper::sweep);
    Timers.every(timer, config.session().idleSweep(), "the sweep of orphans", recovery::sweep);
    Timers.every(timer, SWEEP, "the sweep of missed signals", signals::sweep);
    suites.start(timer);
    history.start(timer, offLoop.maintenance(), distributor);
    queue.start(suites.events()::queueChangedHere);
    ui.start(timer);
    InetSocketAddress address = listenForClients();
    local = config.listen().host() + ":" + address.getPort();
    log.info("listening on {}", DemoBanner.url(address));
    return address;
  }

  private InetSocketAddress listenForClients() throws CantListenException {
    HostPort listen = config.listen();
    try {
      return frontDoor.listen(new InetSocketAddress(listen.host(), listen.port()));
    } catch (IOException refused) {
      throw CantListenException.of(listen, refused);
    }
  }

  /** Reads the inventory files again; an invalid one keeps its previous content. */
  public void reload() {
    reload.inventory();
  }

  /** The lab's devices, their locks and the queue: for views and tests. */
  public Distributor distributor() {
    return distributor;
  }

  /** The store: for views and tests. */
  public SqlStore store() {
    return store;
  }

  /** Adds a listener of new session requests; before {@link #start}. */
  public void listen(NewSessionListener listener) {
    newSessionListeners.add(listener);
  }

  /** Client connections and tunnels that are open now. */
  public int openConnections() {
    return frontDoor.connections();
  }

  /** Bytes of request bodies that are held now. */
  public long gatheredBytes() {
    return bodies.held();
  }

  /** As {@link #stop(Draining)}, with a drain that can't be ended early. */
  public void stop(Duration drain) {
    stop(new Draining(drain));
  }

  /**
   * Accepts no new sessions, lets live ones continue until the drain ends, then stops; see {@link
   * SessionDrain}. Sessions outlive the process if the store does; otherwise they are ended.
   */
  public void stop(Draining drain) {
    stopping = true;
    distributor.close("this server is stopping; try again");
    frontDoor.drain();
    new SessionDrain(config.store().address(), store, frontDoor, flow, live, endSession).run(drain);
    close();
  }

  @Override
  public void close() {
    stopping = true;
    distributor.close("this server is stopping; try again");
    frontDoor.close(CLOSE_PATIENCE);
    history.close(CLOSE_PATIENCE);
    probes.close();
    timer.shutdownNow();
    matchingThread.close();
    offLoop.close();
    nodes.close();
    store.close();
    loops.stop(CLOSE_PATIENCE);
    metrics.close();
  }
}
