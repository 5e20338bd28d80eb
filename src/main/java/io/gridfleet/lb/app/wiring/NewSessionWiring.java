package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.event.EventFeed;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.answer.Publisher;
import io.gridfleet.lb.newsession.attempt.Attempts;
import io.gridfleet.lb.newsession.attempt.Avoidance;
import io.gridfleet.lb.newsession.capabilities.NewSessionOptionsReader;
import io.gridfleet.lb.newsession.failure.FailureRule;
import io.gridfleet.lb.newsession.failure.FailureTable;
import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.recovery.NodeSessionCalls;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.router.BidiSessions;
import io.gridfleet.lb.router.Endpoint;
import io.gridfleet.lb.router.EndpointAnswer;
import io.gridfleet.lb.router.Exchange;
import io.gridfleet.lb.router.NewSessionEndpoint;
import io.gridfleet.lb.router.Route;
import io.gridfleet.lb.selector.SelectorCache;
import io.gridfleet.lb.session.EndSession;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The flow of a new session, built from its parts, from its endpoint to its publication. */
final class NewSessionWiring {
  /** The interval of sweeps for answers whose signals were missed and replicas that died. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private final Parts parts;
  private final Nodes nodes;
  private final NewSessionListener listener;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final NewSessionFlow flow;

  /** What the flow needs from other features. */
  record Parts(
      GridFleetConfig config,
      Admission admission,
      SqlStore store,
      Inventory inventory,
      Distributor distributor,
      FleetUpdates updates,
      LockKeeper keeper,
      SuiteWiring suites,
      EndSession endSession) {}

  /** How nodes are called. */
  record Nodes(NodeClient client, NodeSessionCalls sessions) {}

  NewSessionWiring(
      Parts parts,
      Nodes nodes,
      NewSessionListener listener,
      ScheduledExecutorService timer,
      InstantSource clock) {
    this.parts = parts;
    this.nodes = nodes;
    this.listener = listener;
    this.timer = timer;
    this.clock = clock;
    Attempts attempts = attempts();
    Avoidance avoidance = avoidance();
    this.flow =
        new NewSessionFlow(
            new NewSessionFlow.Parts(
                parts.admission(),
                new NewSessionOptionsReader(
                    parts.config().newSession(),
                    parts.inventory(),
                    new SelectorCache(),
                    parts.suites().knownRuns(),
                    new Random(),
                    parts.distributor().background()),
                parts.distributor(),
                new NewSessionFlow.Trying(attempts, avoidance),
                publisher(attempts),
                parts.endSession(),
                parts.suites().waits()),
            listener,
            clock);
    parts.suites().shared().onReceived(event -> received(event, avoidance));
  }

  private void received(EventFeed.Event event, Avoidance avoidance) {
    DeviceId device = new DeviceId(String.valueOf(event.data().get(NewSessionEvents.DEVICE)));
    if (event.type().equals(NewSessionEvents.AVOIDANCE_ENDED)) {
      avoidance.endedElsewhere(device);
    } else if (event.type().equals(NewSessionEvents.AVOIDED)) {
      Instant until = Instant.parse(String.valueOf(event.data().get(NewSessionEvents.UNTIL)));
      parts.inventory().device(device).ifPresent(found -> avoidance.beganElsewhere(found, until));
    }
  }

  NewSessionFlow flow() {
    return flow;
  }

  /**
   * Builds the endpoint of the flow.
   *
   * @param replayed called when an answer is replayed
   * @param local host and port in URLs if neither the configuration nor the request has one
   */
  Endpoint endpoint(
      Runnable replayed, BooleanSupplier stopping, Supplier<String> local, Relay relay) {
    NewSessionEndpoint overHttp = overHttp(replayed, stopping, local);
    ClosedBidiSessions closed = new ClosedBidiSessions(nodes.sessions(), parts.endSession(), timer);
    BidiSessions overBidi =
        new BidiSessions(
            new BidiSessions.Parts(overHttp, relay, closed, stopping),
            new BidiSessions.Times(
                parts.config().router().bodyPause(),
                parts.config().newSession().progressInterval()));
    return new Endpoint() {
      @Override
      public void handle(Exchange exchange) {
        (exchange.route() instanceof Route.BidiSession ? overBidi : overHttp).handle(exchange);
      }

      @Override
      public Optional<EndpointAnswer> refusal(Exchange exchange) {
        return overHttp.refusal(exchange);
      }
    };
  }

  private NewSessionEndpoint overHttp(
      Runnable replayed, BooleanSupplier stopping, Supplier<String> local) {
    GridFleetConfig config = parts.config();
    IdempotentRequests requests =
        new IdempotentRequests(
            flow,
            parts.store().idempotencyRecords(),
            new IdempotentRequests.Limits(
                config.newSession().idempotencyFor(), config.newSession().maxKeysPerCaller()),
            replayed,
            key -> parts.store().signals().committed(new FleetSignal.KeySettled(key)),
            new IdempotentRequests.Time(clock, timer));
    parts.store().signals().onSignal(signal -> settled(requests, signal));
    Timers.every(timer, LOOK_AGAIN, "the check of waiting keys", requests::lookAgain);
    return new NewSessionEndpoint(
        requests,
        stopping,
        new NewSessionEndpoint.Peers(
            peer ->
                config.router().trustedProxies().stream().anyMatch(range -> range.contains(peer)),
            local),
        config.newSession().progressInterval(),
        timer,
        clock);
  }

  private static void settled(IdempotentRequests requests, FleetSignal signal) {
    if (signal instanceof FleetSignal.KeySettled key) {
      requests.settledElsewhere(key.key());
    }
  }

  private Attempts attempts() {
    List<FailureRule> rules =
        parts.config().newSession().failures().stream().map(row -> row.rule()).toList();
    return new Attempts(
        new Attempts.Parts(
            (node, request, executor) ->
                nodes.client().send(NodeAddress.of(node.url()), request, executor),
            nodes.sessions(),
            new FailureTable(rules),
            parts.distributor(),
            parts.keeper()),
        timer);
  }

  private Avoidance avoidance() {
    return new Avoidance(
        parts.store().avoidedDevices(),
        parts.updates(),
        listener,
        parts.config().newSession().avoidFor(),
        timer,
        clock);
  }

  private Publisher publisher(Attempts attempts) {
    GridFleetConfig config = parts.config();
    return new Publisher(
        parts.store().sessionMap(),
        attempts,
        new Publisher.Limits(config.session().limits(), config.relay().commandTimeout()),
        timer,
        parts.store().time());
  }
}
