package io.gridfleet.lb.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.simulator.LiveSession;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The whole server in this process with simulated nodes behind it, on real sockets. After each test
 * no request waits, no lock exists without a session, no session lives that the server doesn't
 * know, and no client's connection is open.
 *
 * <p>With the configuration parameter {@value #TWO_REPLICAS} there are two of them on one
 * PostgreSQL: the first gets all new session requests of a test, the second creates the sessions
 * that exist before, and other requests go to both in turn.
 */
public final class Lab implements BeforeEachCallback, AfterEachCallback {
  public static final String TWO_REPLICAS = "gridfleet.lab.two-replicas";

  /** Far more than anything here takes; what takes longer is a failure. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static final Duration LOOK = Duration.ofMillis(5);

  private final RecordingNewSessionListener recorder = new RecordingNewSessionListener();
  private final List<Wire> wires = new ArrayList<>();
  private @Nullable SimulatedFleet fleet;
  private final List<GridFleetLb> servers = new ArrayList<>();
  private final List<LabDatabase> databases = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private boolean twoReplicas;
  private boolean stopped;

  @Override
  public void beforeEach(ExtensionContext context) {
    twoReplicas = context.getConfigurationParameter(TWO_REPLICAS, Boolean::valueOf).orElse(false);
  }

  /**
   * Starts the server before this fleet; the members override the usual configuration. A server
   * that was started before is closed.
   */
  public Lab start(SimulatedFleet simulated, Map<String, Object> configuration) {
    servers.forEach(GridFleetLb::close);
    servers.clear();
    ports.clear();
    fleet = simulated;
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("listen", "127.0.0.1:0");
    all.put("store", twoReplicas ? database() : Map.of("address", "sqlite::memory:"));
    all.put("nodes", simulated.inventory());
    all.putAll(configuration);
    all.merge(
        "router", Map.of("hosts", List.of("lab"), "transport", TestTransport.word()), Lab::beside);
    try {
      String text = JsonClient.JSON.writeValueAsString(all);
      for (int i = 0; i < (twoReplicas ? 2 : 1); i++) {
        GridFleetLb built =
            new GridFleetLb(
                ConfigLoader.of(GridFleetConfig.class).text("lab", text).load().value());
        servers.add(built);
        built.listen(recorder);
        ports.add(built.start().getPort());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return this;
  }

  /** As {@link #start(SimulatedFleet, Map)}, always with two replicas. */
  public Lab startTwo(SimulatedFleet simulated, Map<String, Object> configuration) {
    twoReplicas = true;
    return start(simulated, configuration);
  }

  /** A test's settings take precedence; clients here call the server by a name. */
  private static Object beside(Object configured, Object usual) {
    Map<Object, Object> both = new LinkedHashMap<>((Map<?, ?>) usual);
    both.putAll((Map<?, ?>) configured);
    return both;
  }

  /** A server that shares its cores with many may take long to accept. */
  private Map<String, Object> database() {
    LabDatabase taken = LabDatabase.take();
    databases.add(taken);
    return Map.of("address", taken.toString(), "startPatience", "1min");
  }

  /** This many nodes with one phone each, and no other configuration. */
  public Lab start(int phones) {
    return start(SimulatedFleet.of(phones, 1), Map.of());
  }

  /** As SIGTERM does; nothing may be left on the nodes, where the store keeps nothing. */
  public void stop(Duration drain) {
    stopped = true;
    servers.forEach(server -> server.stop(drain));
  }

  /** The server that gets the new session requests. */
  public GridFleetLb server() {
    return servers.get(0);
  }

  /** One of the servers, from 0. */
  public GridFleetLb server(int replica) {
    return servers.get(replica);
  }

  public SimulatedFleet fleet() {
    return Objects.requireNonNull(fleet);
  }

  public SimulatedNode node(int number) {
    return fleet().node(number);
  }

  public RecordingNewSessionListener recorder() {
    return recorder;
  }

  public int port() {
    return ports.get(0);
  }

  /** A connection that the lab closes after the test, if the test doesn't. */
  public Wire wire() throws IOException {
    return wire(port());
  }

  private Wire wire(int port) throws IOException {
    Wire wire = Wire.to(port, PATIENCE);
    wires.add(wire);
    return wire;
  }

  /** Sends a request on a connection of its own; its answer is read on demand. */
  public Asked ask(String method, String path, String body, String... headerLines)
      throws IOException {
    boolean creates = method.equals("POST") && path.endsWith("/session");
    boolean queue =
        path.startsWith("/api/queue")
            || path.startsWith("/api/grid/queue")
            || path.startsWith("/api/overview")
            || path.endsWith("/readyz");
    int which = creates || queue ? 0 : turn.incrementAndGet() % ports.size();
    return ask(which, method, path, body, headerLines);
  }

  /** Sends a request to one of the servers, from 0. */
  public Asked ask(int which, String method, String path, String body, String... headerLines)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: lab:4444\r\n");
    for (String line : headerLines) {
      head.append(line).append("\r\n");
    }
    head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
    Wire wire = wire(ports.get(which)).send(head.toString());
    wire.send(bytes);
    return new Asked(wire);
  }

  /** {@code POST /session} with these members of {@code alwaysMatch}, single quotes for double. */
  public Asked newSession(String members, String... headerLines) throws IOException {
    return ask("POST", "/session", w3c(members), headerLines);
  }

  /** As {@link #newSession}; returns when one more request is in the queue. */
  public Asked waiting(String members, String... headerLines) throws IOException {
    int others = server().distributor().queueLength();
    Asked asked = newSession(members, headerLines);
    untilWaiting(others + 1);
    return asked;
  }

  /** Disconnects a waiting client; returns when its place in the queue is gone. */
  public void leavesTheQueue(Asked asked) throws IOException {
    int others = server().distributor().queueLength() - 1;
    asked.leave();
    untilWaiting(others);
  }

  /** A client whose connection is reset while its session is recorded. */
  public void resetWhenPublished(Callable<Asked> ask) {
    CompletableFuture<Asked> sent = new CompletableFuture<>();
    recorder.whenTold(
        line -> {
          if (line.equals("published")) {
            sent.join().reset();
          }
        });
    try {
      sent.complete(ask.call());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The W3C body that asks for these members, single quotes for double. */
  public static String w3c(String members) {
    return ("{'capabilities':{'alwaysMatch':{" + members + "}}}").replace('\'', '"');
  }

  /** Creates a session; fails if that isn't possible. */
  public String session(String members) throws IOException {
    Answered answered = ask(ports.size() - 1, "POST", "/session", w3c(members)).answered();
    assertThat(answered.status()).as(answered.text()).isEqualTo(200);
    return answered.sessionId();
  }

  public Answered delete(String session) throws IOException {
    return ask("DELETE", "/session/" + session, "").answered();
  }

  /** Sends a command: the node echoes or knows it. */
  public Answered command(String session) throws IOException {
    return ask("GET", "/session/" + session + "/url", "").answered();
  }

  /** Waits until it is so. */
  public static void until(String what, Callable<Boolean> isSo) {
    await(what).atMost(PATIENCE).pollInterval(LOOK).pollDelay(Duration.ZERO).until(isSo);
  }

  public void untilWaiting(int requests) {
    until(requests + " waiting", () -> server().distributor().queueLength() == requests);
  }

  /** Asserts that only live sessions hold anything, and that all of them are known. */
  public void untilQuiet() {
    await("quiet")
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> servers.forEach(this::assertQuiet));
  }

  private void assertQuiet(GridFleetLb server) {
    assertThat(server.distributor().queue()).as("waiting requests").isEmpty();
    var live = server.store().sessionMap().live().toCompletableFuture().join();
    Set<String> known =
        live.stream().map(record -> record.session().id().value()).collect(Collectors.toSet());
    assertThat(known)
        .as("sessions on nodes that no replica knows")
        .containsAll(fleet().liveSessions().stream().map(LiveSession::id).toList());
    var locked = live.stream().map(record -> record.session().lock().device()).toList();
    List<HeldLock> held = server.store().deviceLocks().held().toCompletableFuture().join();
    assertThat(locked)
        .as("locks without a session")
        .containsAll(held.stream().map(lock -> lock.lock().device()).toList());
    server.distributor().states().stream()
        .filter(device -> !device.locks().isEmpty())
        .forEach(device -> assertThat(locked).as("locked devices").contains(device.device().id()));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (servers.isEmpty()) {
      return;
    }
    try {
      for (Wire wire : wires) {
        wire.close();
      }
      if (stopped && !twoReplicas) {
        until("no session on a node", () -> fleet().liveSessions().isEmpty());
      } else if (!stopped && context.getExecutionException().isEmpty()) {
        untilQuiet();
        for (GridFleetLb server : servers) {
          until("no open connection", () -> server.openConnections() == 0);
        }
        fleet().assertNoDeviceWasShared();
      }
    } finally {
      servers.forEach(GridFleetLb::close);
      databases.forEach(LabDatabase::close);
      fleet().close();
    }
  }

  /** A request under way. */
  public record Asked(Wire wire) {
    /** Reads the answer, then closes. */
    public Answered answered() throws IOException {
      Wire.Response response = wire.readResponse();
      wire.close();
      return new Answered(response.head(), response.text());
    }

    /** The connection breaks. */
    void reset() {
      try {
        wire.reset();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The client goes away. */
    public void leave() throws IOException {
      wire.close();
    }
  }

  /** An answer as received. */
  public record Answered(Wire.Head head, String text) {
    public int status() {
      return head.status();
    }

    /** The text of a refusal without the request's own id. */
    public String textWithoutRequest() {
      return text.replace(value().at("/data/request").asText("none"), "{request}");
    }

    public JsonNode json() {
      try {
        return JsonClient.JSON.readTree(text);
      } catch (IOException e) {
        throw new AssertionError("not JSON: " + text, e);
      }
    }

    public JsonNode value() {
      return json().path("value");
    }

    public String sessionId() {
      String inValue = value().path("sessionId").asText();
      return inValue.isEmpty() ? json().path("sessionId").asText() : inValue;
    }

    public String error() {
      return value().path("error").asText();
    }

    public String message() {
      return value().path("message").asText();
    }
  }
}
