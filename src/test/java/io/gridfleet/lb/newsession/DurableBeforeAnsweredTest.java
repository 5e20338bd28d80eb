package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.ScriptedNodes.Luck;
import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No consequence of a fact is visible before the store has recorded it. */
final class DurableBeforeAnsweredTest {
  private static final Duration A_SECOND = Duration.ofSeconds(1);
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  private final NewSessionLab lab = new NewSessionLab(new Random(7), new NewSessionListener() {});
  private final FakeIdempotencyRecords records = new FakeIdempotencyRecords(lab.time);

  @Test
  void noOtherDeviceIsTriedBeforeTheFailureOfTheFirstIsRecorded() {
    lab.fleet(3);
    lab.nodes.always(Luck.REFUSES_CONNECTIONS);
    lab.avoided.slow(true);

    NewSessionState state = lab.ask(ANY);
    lab.time.pass(A_SECOND);

    assertThat(state.attempts()).hasSize(1);
    assertThat(lab.locks.held().toCompletableFuture().join()).hasSize(1);

    lab.avoided.slow(false);
    lab.time.pass(A_SECOND);

    assertThat(state.attempts()).hasSizeGreaterThan(1);
  }

  @Test
  void theLastFailureIsRecordedBeforeItIsAnswered() {
    lab.fleet(1);
    lab.nodes.always(Luck.REFUSES_CONNECTIONS);
    lab.avoided.slow(true);

    NewSessionState state =
        lab.ask(Map.of("platformName", "Android", "gridfleet:retryNewSessionFailure", false));
    lab.time.pass(A_SECOND);

    assertThat(state.answer()).isNotDone();
    lab.avoided.slow(false);
    lab.time.pass(A_SECOND);
    assertThat(state.answer()).isCompleted();
  }

  @Test
  void theAvoidanceEndsBeforeTheSessionIsAnswered() {
    lab.fleet(1);
    lab.nodes.always(Luck.REFUSES_CONNECTIONS);
    lab.ask(Map.of("platformName", "Android", "gridfleet:retryNewSessionFailure", false));
    lab.time.pass(A_SECOND);
    lab.nodes.always(Luck.CREATES);
    lab.avoided.slow(true);

    NewSessionState state = lab.ask(ANY);
    lab.time.pass(A_SECOND);

    assertThat(lab.nodes.running()).isEqualTo(1);
    assertThat(state.answer()).isNotDone();
    lab.avoided.slow(false);
    lab.time.pass(A_SECOND);
    assertThat(state.answer().join().status()).isEqualTo(200);
  }

  private IdempotentRequests keyed() {
    return new IdempotentRequests(
        lab.flow,
        records,
        new IdempotentRequests.Limits(Duration.ofMinutes(30), 1_000),
        () -> {},
        key -> {},
        new IdempotentRequests.Time(lab.time, lab.time));
  }

  private PendingSession begin(IdempotentRequests requests) {
    return requests.begin(Optional.of("key"), new byte[0], lab.request(ANY, "127.0.0.1"));
  }

  @Test
  void anAnswerIsRecordedForRepeatsBeforeItIsGiven() {
    lab.fleet(1);
    lab.nodes.always(Luck.CREATES);
    PendingSession asked = begin(keyed());
    records.slowToRecord(true);
    lab.time.pass(A_SECOND);

    assertThat(lab.nodes.running()).isEqualTo(1);
    assertThat(asked.answer().toCompletableFuture()).isNotDone();

    records.slowToRecord(false);
    lab.time.pass(A_SECOND);
    assertThat(asked.answer().toCompletableFuture().join().status()).isEqualTo(200);
  }

  @Test
  void aClientThatLeavesDuringRecordingLeavesTheSessionToItsRepeat() {
    lab.fleet(1);
    lab.nodes.always(Luck.CREATES);
    IdempotentRequests requests = keyed();
    PendingSession asked = begin(requests);
    records.slowToRecord(true);
    lab.time.pass(A_SECOND);
    asked.clientLeft();
    lab.time.pass(A_SECOND);
    records.slowToRecord(false);
    lab.time.pass(A_SECOND);

    PendingSession again = begin(requests);
    lab.time.pass(A_SECOND);

    assertThat(again.answer().toCompletableFuture().join().status()).isEqualTo(200);
    assertThat(lab.nodes.running()).as("the answered session is live").isEqualTo(1);
  }
}
