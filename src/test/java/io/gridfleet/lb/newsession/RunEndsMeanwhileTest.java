package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A run that is called off while one of its sessions starts gets no session. */
final class RunEndsMeanwhileTest {
  private static final String RUN = "run-7";

  private final StoryLab lab = new StoryLab(new Random(7), new NewSessionListener() {});

  @BeforeEach
  void onePhoneOfTheRun() {
    lab.fleet(1);
    DeviceId phone = DeviceId.of("phone-0");
    lab.locks.reservedBy(phone, Optional.of(RUN));
    lab.news.reserved(phone, Optional.of(RUN), Optional.empty());
    lab.runs = asked -> Optional.of(RUN).filter(asked::equalsIgnoreCase);
  }

  @Test
  void aLiveRunGetsItsSession() {
    Story story = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(story.answer().join().status()).isEqualTo(200);
    assertThat(lab.nodes.running()).isEqualTo(1);
  }

  @Test
  void aRunThatEndsDuringTheAttemptGetsNoSession() {
    Story story = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofMillis(50));
    lab.runs = KnownRuns.none();
    lab.time.pass(Duration.ofSeconds(1));

    nothingIsLeftOf(story);
  }

  @Test
  void aRunThatAnotherReplicaEndsUnheardGetsNoSession() {
    Story story = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofMillis(50));
    lab.openRuns = run -> false;
    lab.time.pass(Duration.ofSeconds(1));

    nothingIsLeftOf(story);
  }

  @Test
  void aRunIsKnownHoweverItsIdIsWritten() {
    Story story = lab.ask(Map.of("gridfleet:run_id", "RUN-7"));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(story.answer().join().status()).isEqualTo(200);
  }

  @Test
  void aRequestThatWaitsIsToldAtOnceThatItsRunEnded() {
    lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));
    Story waiting = lab.ask(Map.of("gridfleet:run_id", RUN));
    Story stranger = lab.ask(Map.of());
    lab.runs = KnownRuns.none();
    assertThat(waiting.answer()).isNotDone();

    lab.waits.over(RUN);

    Story late = lab.ask(Map.of("gridfleet:run_id", RUN));
    assertThat(text(waiting)).isEqualTo(text(late)).contains("run run-7 is unknown or over");
    assertThat(stranger.answer()).isNotDone();
    assertThat(lab.distributor.queueLength()).isEqualTo(1);
  }

  @Test
  void aRunThatEndsBetweenTheQuestionAndTheQueueIsNotWaitedFor() {
    lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));
    AtomicBoolean asked = new AtomicBoolean();
    lab.runs = run -> Optional.of(run).filter(it -> !asked.getAndSet(true));

    Story story = lab.ask(Map.of("gridfleet:run_id", RUN));

    assertThat(text(story)).contains("run run-7 is unknown or over");
    assertThat(lab.distributor.queueLength()).isZero();
  }

  private String text(Story story) {
    lab.time.pass(Duration.ZERO);
    assertThat(story.answer()).isDone();
    return new String(story.answer().join().body(), StandardCharsets.UTF_8);
  }

  private void nothingIsLeftOf(Story story) {
    NewSessionAnswer answer = story.answer().join();
    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .contains("session not created")
        .contains("run run-7 ended while it started");
    assertThat(lab.nodes.running()).as("sessions on nodes").isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.sessions.live().toCompletableFuture().join()).isEmpty();
  }
}
