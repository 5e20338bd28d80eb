package io.gridfleet.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeOperation;
import io.gridfleet.lb.simulator.SimulatedNode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * A replica halts at each point that {@link NewSessionListener} reports, some points at a time;
 * another one cleans up after all of them. Each point has a device of its own, so that it doesn't
 * wait for the clean-up of another. A point that is added needs a row in {@link #provocations}.
 */
final class KillAtEveryPointIT {
  /** Only where there are tokens; the request has nothing yet that could be left behind. */
  private static final String BEFORE_ANYTHING_BEGINS = "unauthorized";

  private static final Duration SLOW = Duration.ofMillis(1_500);

  /** Replicas that start, on two cores; most of a stage is waiting. */
  private static final int AT_ONCE = 3;

  /** An attempt's lock expires after 6 s, a session unknown to every client is idle for 17 s. */
  private static final Duration CLEAN = Duration.ofSeconds(60);

  /** A client's requests that make a new session request reach the point; it may get no answer. */
  private interface Provocation {
    void on(Stage stage) throws Exception;
  }

  /** One point's replica that will halt, the one that stays, and the device used. */
  private record Stage(ReplicaProcess dying, JsonClient staying, SimulatedNode node, String udid) {
    String options() {
      return "'platformName':'Android','appium:newCommandTimeout':5,'appium:udid':'"
          + udid
          + "','gridfleet:waitForDeviceOnlineTimeout':20";
    }

    /** The answer may be lost. */
    void ask() {
      dying.client().newSession(options());
    }

    void askAndFail() {
      node.faults().nextOn(udid, 1, NodeOperation.NEW_SESSION, new Fault.Gateway(502));
      ask();
    }

    void askAndLeaveDuringTheAttempt() throws IOException {
      node.faults().nextOn(udid, 1, NodeOperation.NEW_SESSION, new Fault.Late(SLOW));
      byte[] body = Lab.w3c(options()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      try (Wire wire = Wire.to(dying.port(), Duration.ofSeconds(8))) {
        wire.send("POST /session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + body.length);
        wire.send("\r\n\r\n").send(body);
        await().until(() -> node.history().creations().size() > 0);
      }
    }
  }

  private static Map<String, Provocation> provocations() {
    Map<String, Provocation> rows = new LinkedHashMap<>();
    for (String point : List.of("admitted", "placed", "attempted", "attemptEnded")) {
      rows.put(point, stage -> stage.ask());
    }
    rows.put("published", stage -> stage.ask());
    rows.put("created", stage -> stage.ask());
    rows.put("queued", KillAtEveryPointIT::whileAnotherHasIt);
    rows.put("woken", KillAtEveryPointIT::whenAnotherReturnsIt);
    rows.put("refused", stage -> stage.dying().client().newSession("'platformName':'tvOS'"));
    for (String point : List.of("avoided", "avoidanceChanged", "avoidanceExpired")) {
      rows.put(point, Stage::askAndFail);
    }
    rows.put("clientLeft", Stage::askAndLeaveDuringTheAttempt);
    rows.put("cleanedUp", Stage::askAndLeaveDuringTheAttempt);
    return rows;
  }

  private static void whileAnotherHasIt(Stage stage) {
    Reply holder = stage.staying().newSession(stage.options()).join();
    assertThat(holder.status()).as(holder.text()).isEqualTo(200);
    stage.ask();
    await().until(() -> !stage.dying().alive());
    String session = "/session/" + holder.sessionId();
    assertThat(stage.staying().get(session + "/title").status()).as("it goes on").isEqualTo(200);
    assertThat(stage.staying().delete(session).status()).isEqualTo(200);
  }

  private static void whenAnotherReturnsIt(Stage stage) {
    Reply holder = stage.staying().newSession(stage.options()).join();
    assertThat(holder.status()).as(holder.text()).isEqualTo(200);
    stage.ask();
    await().until(() -> !stage.dying().ownQueue().isEmpty());
    String session = "/session/" + holder.sessionId();
    assertThat(stage.staying().delete(session).status()).isEqualTo(200);
  }

  @Test
  void whereverAReplicaDiesItsDeviceServesOthersAgain() throws Exception {
    Map<String, Provocation> provocations = provocations();
    assertThat(provocations.keySet())
        .as("each point has its provocation")
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(NewSessionListener.class.getMethods())
                .map(Method::getName)
                .filter(point -> !point.equals(BEFORE_ANYTHING_BEGINS))
                .toList());

    try (Cluster cluster = Cluster.of(1, provocations.size(), 1).start()) {
      ExecutorService stages = Executors.newFixedThreadPool(AT_ONCE);
      try {
        List<Future<?>> deaths = new ArrayList<>();
        provocations.forEach(
            (point, provocation) -> {
              int number = deaths.size() + 1;
              deaths.add(
                  stages.submit(
                      () -> {
                        dieAt(point, provocation, cluster, number);
                        return null;
                      }));
            });
        for (Future<?> death : deaths) {
          death.get();
        }
      } finally {
        stages.shutdownNow();
      }
      cluster.assertEverythingIsFreeWithin(CLEAN);
      cluster.fleet().assertNoDeviceWasShared();
    }
  }

  private static void dieAt(String point, Provocation provocation, Cluster cluster, int number)
      throws Exception {
    SimulatedFleet fleet = cluster.fleet();
    String config = ClusterConfig.withoutSweeps(cluster.rows().address().toString(), fleet);
    try (ReplicaProcess dying = ReplicaProcess.haltingAt(point, config)) {
      dying.startAndAwaitReady();
      JsonClient staying = cluster.replica(1).client();
      provocation.on(new Stage(dying, staying, fleet.node(number), "phone-" + number + "-1"));
      await(point).atMost(Duration.ofSeconds(30)).until(() -> !dying.alive());
      System.out.println("stopped dead at '" + point + "'");
    }
  }
}
