package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import io.gridfleet.lb.lab.Wire;
import io.gridfleet.lb.run.Reservation;
import io.gridfleet.lb.run.ReservedDevice;
import io.gridfleet.lb.run.RunId;
import io.gridfleet.lb.run.RunLab;
import io.gridfleet.lb.run.RunListener;
import io.gridfleet.lb.run.RunRequest;
import io.gridfleet.lb.run.Runs;
import io.gridfleet.lb.simulator.Fault;
import io.gridfleet.lb.simulator.NodeEvent;
import io.gridfleet.lb.simulator.NodeOperation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs from their reservation to their end, as suites use them: API and sessions together. */
@ExtendWith(LeakCheck.class)
final class RunScenariosTest {
  private static final String LONG = "'gridfleet:waitForDeviceOnlineTimeout':600";

  @RegisterExtension final Lab lab = new Lab();

  private String reserve(int phones) throws IOException {
    return reserve(phones, 120);
  }

  private String reserve(int phones, int heartbeatSeconds) throws IOException {
    String body =
        """
        {'name':'nightly','heartbeat_timeout_sec':%d,'requirements':[{'count':%d,
        'pack_id':'appium-uiautomator2','platform_id':'android_mobile'}]}"""
            .formatted(heartbeatSeconds, phones)
            .replace('\'', '"');
    Answered begun = lab.ask("POST", "/api/runs", body).answered();
    assertThat(begun.status()).as(begun.text()).isEqualTo(201);
    return JsonClient.JSON.readTree(begun.text()).path("id").asText();
  }

  private Answered run(String method, String rest) throws IOException {
    return lab.ask(method, "/api/runs/" + rest, "").answered();
  }

  private static String of(String run) {
    return "'gridfleet:run_id':'" + run + "'";
  }

  @Test
  void onlyARunsSessionsGetItsDevices() throws IOException {
    lab.start(2);
    String run = reserve(1);
    String mine = lab.session(of(run));
    String strangers = lab.session("");

    Asked second = lab.newSession(of(run) + "," + LONG);
    Asked stranger = lab.newSession(LONG);
    lab.untilWaiting(2);
    lab.delete(mine);

    assertThat(second.answered().status()).isEqualTo(200);
    lab.untilWaiting(1);
    lab.delete(strangers);
    assertThat(stranger.answered().status()).isEqualTo(200);
  }

  @Test
  void theUrlBindsToARunAsTheCapabilityDoes() throws IOException {
    lab.start(1);
    String run = reserve(1);

    Answered bound = lab.ask("POST", "/run/" + run + "/session", Lab.w3c("")).answered();

    assertThat(bound.status()).as(bound.text()).isEqualTo(200);
    String session = "/run/" + run + "/session/" + bound.sessionId();
    assertThat(lab.ask("GET", session + "/url", "").answered().status()).isEqualTo(200);
    assertThat(lab.ask("DELETE", session, "").answered().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"complete", "cancel", "force-release"})
  void aWaitingRequestFailsAtOnceWhenItsRunEnds(String end) throws IOException {
    lab.start(1);
    String run = reserve(1);
    String session = lab.session(of(run));
    Asked waiting = lab.newSession(of(run) + "," + LONG);
    lab.untilWaiting(1);

    assertThat(run("POST", run + "/" + end).status()).isEqualTo(200);

    Answered answer = waiting.answered();
    Answered late = lab.newSession(of(run)).answered();
    assertThat(answer.textWithoutRequest())
        .isEqualTo(late.textWithoutRequest())
        .contains("run " + run + " is unknown or over");
    assertThat(answer.status()).isEqualTo(late.status());
    boolean goesOn = end.equals("complete");
    assertThat(lab.command(session).status()).isEqualTo(goesOn ? 200 : 404);
    lab.delete(session);
  }

  @Test
  void aWaitingRequestFailsWhenItsRunExpires() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("runs", Map.of("expiryInterval", "100ms")));
    String run = reserve(1, 1);
    String session = lab.session(of(run));

    Answered answer = lab.newSession(of(run) + "," + LONG).answered();

    assertThat(answer.message()).contains("run " + run + " is unknown or over");
    assertThat(run("GET", run).text()).contains("\"state\":\"expired\"");
    Lab.until("its session ended", () -> lab.command(session).status() == 404);
    assertThat(lab.node(1).history().count(NodeEvent.Kind.DELETED)).isEqualTo(1);
  }

  /** Like a run that another replica has begun and whose signal hasn't arrived yet. */
  @Test
  void aRunThatOnlyTheStoreKnowsIsFoundThere() throws IOException {
    lab.start(1);
    RunRequest request =
        new RunRequest(
            "r", List.of(), Duration.ofHours(1), Duration.ofMinutes(2), Optional.empty());
    Reservation phone =
        Reservation.of(
            lab.server().distributor().states().get(0).device().id(),
            new ReservedDevice(Map.of(), Map.of()));
    RunId elsewhere = RunId.random();
    lab.server()
        .store()
        .runs()
        .reserve(elsewhere, request, List.of(new Runs.Want(1, 1, List.of(phone))))
        .toCompletableFuture()
        .join();

    assertThat(lab.session(of(elsewhere.value()))).isNotEmpty();
    Answered unknown = lab.newSession(of(RunId.random().value())).answered();
    assertThat(unknown.message()).contains("is unknown or over");
  }

  @Test
  void aDeviceThatFailsTwiceInARunIsReportedInTheFeed() throws IOException {
    lab.start(1);
    String run = reserve(1);
    String phone = lab.server().distributor().states().get(0).device().id().value();
    Wire feed = lab.wire().request("GET", "/api/events", "");
    feed.readHead();
    for (int i = 0; i < 2; i++) {
      lab.node(1)
          .faults()
          .next(
              1,
              NodeOperation.NEW_SESSION,
              Fault.sessionNotCreated("xcodebuild failed with code 65"));
      lab.newSession(of(run) + ",'gridfleet:retryNewSessionFailure':false").answered();
    }

    String heard = "";
    while (!heard.contains("run.device_fails_again")) {
      heard = new String(feed.readChunk(), StandardCharsets.UTF_8);
    }
    assertThat(heard).contains("\"run_id\":\"" + run, "\"device_id\":\"" + phone);
    assertThat(run("GET", run).text()).contains("\"attempt_failures\":2");
  }

  @Test
  void runsOutliveARestartAndThoseThatAreOverdueEndWithTheStart() throws IOException {
    Path file = Files.createTempDirectory("gridfleet-runs").resolve("lab.db");
    Map<String, Object> configuration = Map.of("store", "sqlite:" + file);
    lab.start(SimulatedFleet.of(2, 1), configuration);
    String silent = reserve(1, 1);
    Instant begun = Instant.now();
    String lively = reserve(1);
    lab.server().close();
    Lab.until("overdue", () -> Instant.now().isAfter(begun.plusMillis(1100)));

    lab.start(lab.fleet(), configuration);

    // Sooner than the next check, 15 s later.
    Lab.until("expired", () -> run("GET", silent).text().contains("\"state\":\"expired\""));
    assertThat(lab.newSession(of(silent)).answered().message()).contains("is unknown or over");
    assertThat(lab.session(of(lively))).isNotEmpty();
    assertThat(lab.session("")).as("on the device of the run that expired").isNotEmpty();
  }

  /** Ends a run in the store only: like another replica whose signal hasn't arrived yet. */
  @Test
  void aSessionThatStartsWhileItsRunEndsElsewhereIsDeletedAndItsClientGetsAnError()
      throws IOException {
    lab.start(1);
    String run = reserve(1);
    lab.node(1)
        .faults()
        .next(1, NodeOperation.NEW_SESSION, new Fault.Late(Duration.ofMillis(2000)));
    Asked asked = lab.newSession(of(run));
    Lab.until("an attempt", () -> !lab.node(1).history().creations().isEmpty());

    RunLab.commands(
            lab.server().store().runs(),
            (id, by) -> CompletableFuture.completedFuture(null),
            new RunListener() {})
        .cancel(new RunId(run), "suite ci")
        .toCompletableFuture()
        .join();

    Answered answer = asked.answered();
    assertThat(answer.error()).isEqualTo("session not created");
    assertThat(answer.message()).contains("run " + run + " ended while it started");
    Lab.until("deleted", () -> lab.node(1).liveSessions().isEmpty());
    lab.untilQuiet();
  }
}
