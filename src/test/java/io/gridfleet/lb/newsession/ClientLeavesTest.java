package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.RecordingNewSessionListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A client leaves in each of the windows opened by the latency of a store. */
final class ClientLeavesTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");
  private static final Duration STEP = Duration.ofMillis(10);
  private static final Duration LATENCY = Duration.ofMillis(200);

  private final RecordingNewSessionListener told = new RecordingNewSessionListener();
  private final NewSessionLab lab = new NewSessionLab(new Random(1), told);

  private NewSessionState slowly(int phones) {
    lab.fleet(phones);
    lab.link.latency(LATENCY::toNanos);
    return lab.ask(ANY);
  }

  private void passUntil(String lastLine) {
    for (int steps = 0; !told.last().trim().endsWith(lastLine); steps++) {
      assertThat(steps).as("steps until %s; so far: %s", lastLine, told.last()).isLessThan(1_000);
      lab.time.pass(STEP);
    }
  }

  private void nothingIsLeft() {
    lab.time.pass(Duration.ofMinutes(1));
    assertThat(lab.nodes.running()).as("sessions on nodes").isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.sessions.live().toCompletableFuture().join()).isEmpty();
    assertThat(lab.flow.unsettled()).isZero();
  }

  @Test
  void whileItsLockIsTaken() {
    NewSessionState state = slowly(1);
    lab.time.pass(STEP);
    state.clientLeft();

    nothingIsLeft();
    assertThat(told.last()).endsWith("client left QUEUED\n");
    assertThat(lab.nodes.keys()).isEmpty();
  }

  @Test
  void whileItsSessionIsRecorded() {
    NewSessionState state = slowly(1);
    passUntil("Created");
    state.clientLeft();

    nothingIsLeft();
    assertThat(told.last()).endsWith("client left ATTEMPT\npublished\ncleaned up phone-0\n");
  }

  /** The session is ended although an inventory without its device was loaded meanwhile. */
  @Test
  void beforeItHasReadItsAnswerAndTheInventoryHasChanged() {
    NewSessionState state = slowly(1);
    passUntil("created");
    lab.fleet(List.of());
    state.clientLeft();

    nothingIsLeft();
    assertThat(told.last()).endsWith("client left CREATED\ncleaned up phone-0\n");
  }

  @Test
  void whileTheDeviceOfAFailedAttemptIsGivenBack() {
    lab.nodes.always(ScriptedNodes.Luck.DEVICE_FAILS);
    NewSessionState state = slowly(3);
    passUntil("DeviceFailed unknown_answer");
    state.clientLeft();

    nothingIsLeft();
    assertThat(told.last()).endsWith("client left ATTEMPT\n");
    assertThat(lab.nodes.keys()).as("no second attempt").hasSize(1);
  }

  @Test
  void afterItWasRefusedNothingIsRaised() {
    lab.nodes.always(ScriptedNodes.Luck.REQUEST_AT_FAULT);
    NewSessionState state = slowly(1);
    lab.time.pass(Duration.ofSeconds(10));
    String before = told.last();
    state.clientLeft();

    assertThat(told.last()).isEqualTo(before).endsWith("refused 400 invalid argument\n");
  }

  /** Its place in the queue was given up when it was placed. */
  @Test
  void duringItsAttemptItsRepeatGoesBehindThoseWhoWait() {
    lab.fleet(1);
    NewSessionRequest first = lab.request(ANY, "10.0.0.1");
    PendingSession attempting = lab.flow.begin(first);
    lab.time.pass(STEP);
    NewSessionState waiting = lab.ask(ANY);
    lab.time.pass(STEP);
    attempting.clientLeft();
    PendingSession repeat = lab.flow.begin(lab.request(ANY, "10.0.0.1"));

    lab.time.pass(Duration.ofSeconds(2));

    assertThat(waiting.answer()).isDone();
    assertThat(repeat.answer().toCompletableFuture()).isNotDone();
  }
}
