package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs that begin or end during a request for them. */
final class RunEndsMeanwhileTest {
  private static final String RUN = "run-7";

  private final NewSessionLab lab = new NewSessionLab(new Random(7), new NewSessionListener() {});

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
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(state.answer().join().status()).isEqualTo(200);
    assertThat(lab.nodes.running()).isEqualTo(1);
  }

  @Test
  void aRunThatEndsDuringTheAttemptGetsNoSession() {
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofMillis(50));
    lab.runs = LiveRuns.none();
    lab.time.pass(Duration.ofSeconds(1));

    nothingIsLeftOf(state);
  }

  @Test
  void aRunThatAnotherReplicaEndsWithoutASignalGetsNoSession() {
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofMillis(50));
    lab.openRuns = run -> false;
    lab.time.pass(Duration.ofSeconds(1));

    nothingIsLeftOf(state);
  }

  @Test
  void aRunIsKnownHoweverItsIdIsWritten() {
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", "RUN-7"));
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(state.answer().join().status()).isEqualTo(200);
  }

  @Test
  void aWaitingRequestIsAnsweredAtOnceWhenItsRunEnds() {
    lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));
    NewSessionState waiting = lab.ask(Map.of("gridfleet:run_id", RUN));
    NewSessionState stranger = lab.ask(Map.of());
    lab.runs = LiveRuns.none();
    assertThat(waiting.answer()).isNotDone();

    lab.waits.over(RUN);

    NewSessionState late = lab.ask(Map.of("gridfleet:run_id", RUN));
    assertThat(textWithoutRequest(waiting))
        .isEqualTo(textWithoutRequest(late))
        .contains("run run-7 is unknown or over");
    assertThat(stranger.answer()).isNotDone();
    assertThat(lab.distributor.queueLength()).isEqualTo(1);
  }

  @Test
  void aRunThatEndsBetweenTheQuestionAndTheQueueIsNotWaitedFor() {
    lab.ask(Map.of("gridfleet:run_id", RUN));
    lab.time.pass(Duration.ofSeconds(1));
    AtomicBoolean asked = new AtomicBoolean();
    lab.runs = run -> Optional.of(run).filter(it -> !asked.getAndSet(true));

    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));

    assertThat(text(state)).contains("run run-7 is unknown or over");
    assertThat(lab.distributor.queueLength()).isZero();
  }

  /** A run that another replica begins just before its first request arrives here. */
  private static final class UnheardRun implements LiveRuns {
    final CompletableFuture<Void> answer = new CompletableFuture<>();
    boolean received;

    @Override
    public Optional<String> live(String run) {
      return Optional.of(RUN).filter(asked -> received && asked.equals(run));
    }

    @Override
    public CompletionStage<Void> look(String run) {
      return answer;
    }
  }

  @Test
  void aRunThatAnotherReplicaBeganIsLookedForInTheStore() {
    UnheardRun unheard = new UnheardRun();
    lab.runs = unheard;
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    assertThat(state.answer()).isNotDone();

    unheard.received = true;
    unheard.answer.complete(null);
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(state.answer().join().status()).isEqualTo(200);
  }

  @Test
  void aRunThatTheStoreDoesNotKnowIsRefusedAndSoIsEveryRunWithoutAStore() {
    UnheardRun unknown = new UnheardRun();
    lab.runs = unknown;
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    unknown.answer.complete(null);
    assertThat(text(state)).contains("run run-7 is unknown or over");

    UnheardRun unanswered = new UnheardRun();
    lab.runs = unanswered;
    NewSessionState again = lab.ask(Map.of("gridfleet:run_id", RUN));
    unanswered.answer.completeExceptionally(new IllegalStateException("gone"));
    assertThat(text(again)).contains("store that keeps the locks can't be reached");
  }

  @Test
  void aClientThatLeavesWhileItsRunIsLookedForGetsNothing() {
    UnheardRun unheard = new UnheardRun();
    lab.runs = unheard;
    NewSessionState state = lab.ask(Map.of("gridfleet:run_id", RUN));
    state.clientLeft();

    unheard.received = true;
    unheard.answer.complete(null);
    lab.time.pass(Duration.ofSeconds(1));

    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
  }

  /** The answers to two requests differ in the request that they name. */
  private String textWithoutRequest(NewSessionState state) {
    return text(state).replace(state.request().id(), "{id}");
  }

  private String text(NewSessionState state) {
    lab.time.pass(Duration.ZERO);
    assertThat(state.answer()).isDone();
    return new String(state.answer().join().body(), StandardCharsets.UTF_8);
  }

  private void nothingIsLeftOf(NewSessionState state) {
    NewSessionAnswer answer = state.answer().join();
    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
        .contains("session not created")
        .contains("run run-7 ended while it started");
    assertThat(lab.nodes.running()).as("sessions on nodes").isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.sessions.live().toCompletableFuture().join()).isEmpty();
  }
}
