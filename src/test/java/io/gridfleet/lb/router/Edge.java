package io.gridfleet.lb.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.http.EventLoops;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.lab.TestTransport;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeConnections;
import io.gridfleet.lb.node.NodeTrust;
import io.gridfleet.lb.relay.ClientHeaders;
import io.gridfleet.lb.relay.CommandReport;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.relay.RelayListener;
import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A front door with a relay, sessions that the test registers, and the events it reported. As a
 * field of a test it is created for each test, and after it nothing may stay open.
 */
final class Edge implements AutoCloseable, AfterEachCallback, SessionLookup, RelayListener {
  static final HttpLimits LIMITS =
      new HttpLimits(
          8 * 1024,
          16 * 1024,
          64 * 1024,
          Duration.ofMillis(600),
          Duration.ofMillis(600),
          Duration.ofSeconds(20));

  /**
   * As {@link #LIMITS}, with times that only a hanging test exceeds: where a client that got no
   * processor for a while isn't a silent one.
   */
  static final HttpLimits PATIENT =
      new HttpLimits(
          LIMITS.requestLine(),
          LIMITS.headers(),
          LIMITS.gatheredBody(),
          LIMITS.idle(),
          LIMITS.idle(),
          LIMITS.idle());

  /** As {@link #LIMITS}, with larger bodies. */
  static HttpLimits withBodies(int most) {
    return new HttpLimits(
        LIMITS.requestLine(),
        LIMITS.headers(),
        most,
        LIMITS.head(),
        LIMITS.bodyPause(),
        LIMITS.idle());
  }

  /** The body of the answer to {@code /api/large}, unless a number of bytes follows. */
  static final int LARGE = 1024 * 1024;

  /** Written in one piece. */
  static final int MEDIUM = 48 * 1024;

  /** The addresses that the client of each session received. */
  static final Map<String, Object> ADDRESSES =
      Map.of("webSocketUrl", "ws://lb/session/s1/se/bidi", "directConnectHost", "public");

  /** Clients count as trusted proxies. */
  volatile boolean trustsPeers;

  private final long pinnedBefore = pinned();
  final EventLoops loops = TestTransport.oneLoop();
  final NodeConnections nodes =
      new NodeConnections(
          loops.transport(),
          loops.deadlines(),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          NodeTrust.ofJava());
  final Relay relay =
      new Relay(
          nodes,
          new NodeClient(nodes, loops.group()),
          this,
          new Relay.Limits(Duration.ofMinutes(1), 16),
          new ClientHeaders(Set.of("x-forwarded-proto"), peer -> trustsPeers));
  final Map<SessionId, SessionRoute> sessions = new ConcurrentHashMap<>();
  final Map<SessionId, SessionRoute> stored = new ConcurrentHashMap<>();
  final Map<SessionId, SessionRoute> over = new ConcurrentHashMap<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<SessionId> started = new CopyOnWriteArrayList<>();
  final List<CommandReport> reports = new CopyOnWriteArrayList<>();
  final List<Exchange> created = new CopyOnWriteArrayList<>();
  CompletableFuture<Void> freed = CompletableFuture.completedFuture(null);
  final FrontDoor door;
  final int port;

  Edge() {
    this(LIMITS);
  }

  Edge(HttpLimits limits) {
    this(
        limits,
        new FrontDoor.Protection(
            Admission.open(), new BodyBudget(Long.MAX_VALUE), OriginPolicy.anyHost()));
  }

  Edge(HttpLimits limits, FrontDoor.Protection protection) {
    door =
        new FrontDoor(
            loops,
            new FrontDoor.Rooms(
                limits,
                100_000,
                new Endpoints(
                    this::create,
                    Edge::publish,
                    Edge::publish,
                    Edge::publish,
                    Edge::publish,
                    Edge::publish,
                    this::streamLater,
                    Edge::publish,
                    this::ended),
                this,
                protection,
                relay));
    port = listen(door);
  }

  private static int listen(FrontDoor door) {
    try {
      return door.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes of unreleased buffers; exact, and without waiting for the collector. */
  static long pinned() {
    return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()
        + PooledByteBufAllocator.DEFAULT.pinnedHeapMemory();
  }

  /** New sessions are answered by the test, not at once. */
  volatile boolean holdsNewSessions;

  private void create(Exchange exchange) {
    created.add(exchange);
    if (holdsNewSessions) {
      return;
    }
    exchange
        .body()
        .thenAccept(
            body ->
                exchange.answer(EndpointAnswer.text(200, exchange.route() + " " + body.length)));
  }

  private static void publish(Exchange exchange) {
    exchange.answer(EndpointAnswer.text(200, exchange.route().toString()));
  }

  private void streamLater(Exchange exchange) {
    created.add(exchange);
    if (exchange.target().contains("throw")) {
      throw new IllegalStateException("as configured");
    }
    if (exchange.target().contains("large")) {
      String bytes = exchange.target().replaceAll("[^0-9]", "");
      exchange.answer(
          EndpointAnswer.text(200, "x".repeat(bytes.isEmpty() ? LARGE : Integer.parseInt(bytes))));
    }
    if (exchange.target().contains("huge")) {
      exchange.answer(EndpointAnswer.text(200, "x".repeat(16 * LARGE)));
    }
    if (exchange.target().contains("medium")) {
      exchange.answer(EndpointAnswer.text(200, "x".repeat(MEDIUM)));
    }
  }

  /** What a session held can't be freed: a bug. */
  volatile boolean throwsOnEnd;

  private CompletionStage<?> ended(SessionId id, int status) {
    events.add("ended " + id + " " + status);
    if (throwsOnEnd) {
      throw new IllegalStateException("as configured");
    }
    return freed;
  }

  SessionRoute session(String id, NodeAddress node) {
    return session(id, node, Duration.ofSeconds(20), Map.of());
  }

  SessionRoute session(
      String id, NodeAddress node, Duration commandTimeout, Map<String, URI> sockets) {
    SessionRoute route =
        new SessionRoute(
            new SessionId(id), node, "node-1", "anonymous", commandTimeout, sockets, ADDRESSES);
    sessions.put(route.id(), route);
    return route;
  }

  RawClient client() throws IOException {
    return new RawClient(port);
  }

  @Override
  public @Nullable SessionRoute cached(SessionId id) {
    return sessions.get(id);
  }

  @Override
  public CompletionStage<Optional<SessionRoute>> find(SessionId id) {
    return CompletableFuture.supplyAsync(
        () -> {
          if (id.value().equals("store-is-gone")) {
            throw new IllegalStateException("as configured");
          }
          return Optional.ofNullable(stored.get(id));
        });
  }

  @Override
  public CompletionStage<Optional<SessionRoute>> ended(SessionId id) {
    return CompletableFuture.supplyAsync(() -> Optional.ofNullable(over.get(id)));
  }

  @Override
  public void commandStarted(SessionId id) {
    started.add(id);
  }

  @Override
  public void commandEnded(SessionId id, CommandReport report) {
    reports.add(report);
  }

  @Override
  public void sessionUnknownToNode(SessionId id) {
    events.add("unknown " + id);
  }

  @Override
  public void tunnelOpened(SessionId id) {
    events.add("tunnel " + id);
  }

  @Override
  public void socketTraffic(SessionId id) {
    events.add("traffic " + id);
  }

  @Override
  public void tunnelClosed(SessionId id, long bytesToNode, long bytesToClient) {
    events.add("tunnel closed " + id + " " + bytesToNode + " " + bytesToClient);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    closed().until(() -> door.connections() == 0);
    door.close(Duration.ofSeconds(5));
    closed().until(() -> nodes.open() == 0);
    closed().untilAsserted(() -> assertThat(relay.openTunnels()).isZero());
    closed().untilAsserted(() -> assertThat(pinned()).isEqualTo(pinnedBefore));
    loops.stop(Duration.ofSeconds(5));
  }

  /** Looks often: what a test leaves open is closed within milliseconds. */
  private static ConditionFactory closed() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
  }
}
