package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.wiring.GridFleetLb;
import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.LabDatabase;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.simulator.DemoLab;
import io.gridfleet.lb.simulator.LiveSession;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole server in this process with a lab behind it, for the tests of the UI: {@link #demo} is
 * the demo's lab with sessions, a waiting request and hostile names, {@link #large} has {@value
 * #DEVICES} devices and {@value #WAITING} waiting requests, {@link #pair} has two replicas. What is
 * behind the server is closed after it.
 */
final class UiLab implements AutoCloseable {
  static final int DEVICES = 10_000;
  static final int WAITING = 2_000;

  /** Becomes an image in a page that takes names for markup. */
  static final String HOSTILE = "<img src=x onerror=\"window.hostile=1\">";

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int NODES = 10;

  private final List<AutoCloseable> behind = new ArrayList<>();
  private final List<Wire> clients = new ArrayList<>();
  private final GridFleetLb server;
  private final int port;
  private @Nullable UiLab other;

  private UiLab(List<Map<String, Object>> nodes, Map<String, Object> more) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("listen", "127.0.0.1:0");
    all.put("store", Map.of("address", "sqlite::memory:"));
    all.put("nodes", nodes);
    all.putAll(more);
    try {
      String text = JsonClient.JSON.writeValueAsString(all);
      server =
          new GridFleetLb(ConfigLoader.of(GridFleetConfig.class).text("lab", text).load().value());
      port = server.start().getPort();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** The demo's lab, and a phone whose names are hostile. */
  static UiLab demo(Map<String, Object> more) {
    DemoLab demo = DemoLab.start();
    SimulatedFleet other = SimulatedFleet.of(1, 1);
    List<Map<String, Object>> nodes = new ArrayList<>(demo.inventory());
    Map<String, Object> hostile = new LinkedHashMap<>(other.inventory().get(0));
    Map<String, Object> phone = new LinkedHashMap<>();
    phone.put("udid", "phone-1-1");
    phone.put("name", HOSTILE);
    phone.put("platformName", "Android");
    phone.put("attributes", Map.of("device_type", "android", "os_version", "1", "model", HOSTILE));
    phone.put("tags", Map.of("team", HOSTILE));
    hostile.put("devices", List.of(phone));
    nodes.add(hostile);
    UiLab lab = new UiLab(nodes, more);
    lab.behind.add(demo);
    lab.behind.add(other);
    return lab;
  }

  static UiLab demo() {
    return demo(Map.of());
  }

  /** The demo's lab as it is. */
  static UiLab plain() {
    DemoLab demo = DemoLab.start();
    UiLab lab = new UiLab(demo.inventory(), Map.of());
    lab.behind.add(demo);
    return lab;
  }

  /** A lab whose devices are all taken or don't fit, and many requests that wait. */
  static UiLab large() throws IOException {
    SimulatedFleet fleet = SimulatedFleet.of(NODES, DEVICES / NODES);
    UiLab lab = new UiLab(fleet.inventory(), Map.of("router", Map.of("maxConnections", 5_000)));
    lab.behind.add(fleet);
    String udid = "'appium:udid':'phone-1-1'";
    lab.session(udid);
    for (int i = 0; i < WAITING; i++) {
      lab.ask(
          udid + ",'gridfleet:waitForDeviceOnlineTimeout':600,'gridfleet:testName':'t" + i + "'");
    }
    Lab.until("the requests wait", () -> lab.server.distributor().queueLength() == WAITING);
    return lab;
  }

  /** A replica before two phones; {@link #other} is another one with the same store. */
  static UiLab pair() {
    SimulatedFleet fleet = SimulatedFleet.of(1, 2);
    LabDatabase database = LabDatabase.take();
    Map<String, Object> store =
        Map.of("store", Map.of("address", database.toString(), "startPatience", "1min"));
    UiLab first = new UiLab(fleet.inventory(), store);
    first.other = new UiLab(fleet.inventory(), store);
    first.behind.addAll(List.of(first.other, database, fleet));
    return first;
  }

  /** The other replica of a {@link #pair}. */
  UiLab other() {
    return Objects.requireNonNull(other);
  }

  /** The address of a page or route. */
  String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  GridFleetLb server() {
    return server;
  }

  /** The sessions that live on the nodes of the demo's lab. */
  List<LiveSession> liveSessions() {
    return behind.stream()
        .filter(DemoLab.class::isInstance)
        .flatMap(demo -> ((DemoLab) demo).nodes().values().stream())
        .flatMap(node -> node.liveSessions().stream())
        .toList();
  }

  JsonClient client() {
    return new JsonClient(URI.create(url("")));
  }

  /** Creates a session with these capabilities, single quotes for double; returns its id. */
  String session(String members) throws IOException {
    JsonClient.Reply reply = client().newSession(members).join();
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.sessionId();
  }

  /** Sends a request for a session whose client waits until this is closed. */
  Wire ask(String members) throws IOException {
    byte[] body = Lab.w3c(members).getBytes(StandardCharsets.UTF_8);
    Wire wire = Wire.to(port, PATIENCE);
    clients.add(wire);
    wire.send(
        "POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n");
    return wire.send(body);
  }

  /** As {@link #ask}; returns when the request is in the queue. */
  Wire waiting(String members) throws IOException {
    int others = server.distributor().queueLength();
    Wire wire = ask(members);
    Lab.until("one more waits", () -> server.distributor().queueLength() > others);
    return wire;
  }

  @Override
  public void close() throws Exception {
    for (Wire client : clients) {
      client.close();
    }
    server.close();
    for (AutoCloseable each : behind) {
      each.close();
    }
  }
}
