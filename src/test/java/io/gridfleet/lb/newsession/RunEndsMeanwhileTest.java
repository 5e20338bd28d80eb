package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
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
    lab.runs = RUN::equals;
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
  void aRunThatEndsWhileTheSessionIsRecordedGetsNoSession() {
    AtomicInteger asked = new AtomicInteger();
    lab.runs = run -> asked.incrementAndGet() <= 2;
    Story story = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(asked).as("when it came, before and after the record").hasValue(3);
    nothingIsLeftOf(story);
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
