package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import io.gridfleet.lb.webdriver.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Replay of answers by key on two replicas with common records. */
final class RepeatsElsewhereTest {
  private static final IdempotentRequests.Limits KEEP =
      new IdempotentRequests.Limits(Duration.ofMinutes(30), 1_000);
  private static final Duration A_SECOND = Duration.ofSeconds(1);
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  private final NewSessionLab here = new NewSessionLab(new Random(1), new NewSessionListener() {});
  private final NewSessionLab there = new NewSessionLab(new Random(2), new NewSessionListener() {});
  private final FakeIdempotencyRecords records = new FakeIdempotencyRecords(here.time);
  private final IdempotentRequests first =
      new IdempotentRequests(
          here.flow, records, KEEP, () -> {}, key -> signalSecond(key), time(here));
  private final IdempotentRequests second =
      new IdempotentRequests(
          there.flow, records, KEEP, () -> {}, key -> signalFirst(key), time(there));
  private boolean deaf;
  private String settled = "";

  private static IdempotentRequests.Time time(NewSessionLab lab) {
    return new IdempotentRequests.Time(lab.time, lab.time);
  }

  private void signalSecond(String key) {
    settled = key;
    if (!deaf) {
      second.settledElsewhere(key);
      there.time.pass(A_SECOND);
    }
  }

  private void signalFirst(String key) {
    first.settledElsewhere(key);
  }

  @BeforeEach
  void onePhoneEach() {
    here.fleet(1);
    there.fleet(1);
  }

  private static PendingSession ask(
      NewSessionLab lab, IdempotentRequests requests, Map<String, Object> capabilities) {
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
    PendingSession pending =
        requests.begin(Optional.of("key"), body, lab.request(capabilities, "10.0.0.9"));
    lab.time.pass(A_SECOND);
    return pending;
  }

  private PendingSession askHere() {
    return ask(here, first, ANY);
  }

  private PendingSession askThere() {
    return ask(there, second, ANY);
  }

  private static NewSessionAnswer answer(PendingSession pending) {
    assertThat(pending.answer().toCompletableFuture()).isDone();
    return pending.answer().toCompletableFuture().join();
  }

  private static String text(PendingSession pending) {
    return new String(answer(pending).body(), StandardCharsets.UTF_8);
  }

  @Test
  void aSessionIsAnsweredAgainForHalfAnHour() {
    String session = text(askHere());
    assertThat(text(askThere())).isEqualTo(session).contains("sessionId");
    assertThat(there.nodes.keys()).as("creations for the repeat").isEmpty();

    here.time.pass(KEEP.keep());

    askThere();
    assertThat(there.nodes.keys()).hasSize(1);
  }

  @Test
  void aRefusedRequestIsRefusedOnce() {
    here.nodes.always(ScriptedNodes.Luck.REQUEST_AT_FAULT);
    String refusal = text(askHere());
    assertThat(text(askThere())).isEqualTo(refusal).contains(ScriptedNodes.REQUESTS_FAULT);
  }

  @Test
  void aRepeatElsewhereJoinsTheOneThatWaits() {
    here.ask(ANY);
    PendingSession pending = askHere();
    PendingSession repeat = askThere();
    assertThat(repeat.answer().toCompletableFuture()).as("waits, too").isNotDone();

    here.time.pass(Duration.ofSeconds(30));

    assertThat(text(repeat)).isEqualTo(text(pending));
    assertThat(there.nodes.keys()).as("creations for the repeat").isEmpty();
  }

  @Test
  void anotherBodyIsRefusedElsewhereWhileTheFirstWaits() {
    here.ask(ANY);
    askHere();
    NewSessionAnswer other = answer(ask(there, second, Map.of("platformName", "iOS")));
    assertThat(other.status()).isEqualTo(400);
    assertThat(new String(other.body(), StandardCharsets.UTF_8)).contains("X-Idempotency-Key");
  }

  @Test
  void theRightBodyJoinsAlthoughAWrongOneCameElsewhereBeforeIt() {
    here.ask(ANY);
    PendingSession pending = askHere();
    records.slow(true);
    PendingSession wrong = ask(there, second, Map.of("platformName", "iOS"));
    PendingSession repeat = askThere();
    records.slow(false);
    there.time.pass(A_SECOND);
    assertThat(answer(wrong).status()).isEqualTo(400);

    here.time.pass(Duration.ofSeconds(30));

    assertThat(text(repeat)).isEqualTo(text(pending));
  }

  @Test
  void aWaitingReplicaBeginsWhenTheFirstHasLeft() {
    here.ask(ANY);
    PendingSession pending = askHere();
    PendingSession repeat = askThere();

    pending.clientLeft();
    here.time.pass(A_SECOND);

    assertThat(answer(repeat).status()).as(text(repeat)).isEqualTo(200);
    assertThat(there.nodes.keys()).hasSize(1);
  }

  @Test
  void anAnswerWithoutASignalIsFoundByTheSweep() {
    deaf = true;
    here.ask(ANY);
    PendingSession pending = askHere();
    PendingSession repeat = askThere();
    here.time.pass(Duration.ofSeconds(30));
    assertThat(repeat.answer().toCompletableFuture()).isNotDone();

    second.lookAgain();
    there.time.pass(A_SECOND);

    assertThat(text(repeat)).isEqualTo(text(pending));
  }

  @Test
  void aDeadReplicaLeavesItsKeysToAWaitingOneWithTheFullTime() {
    here.ask(ANY);
    PendingSession last = askHere();
    last.clientLeft();
    here.time.pass(A_SECOND);
    askHere();
    PendingSession repeat = askThere();
    there.time.pass(Duration.ofMinutes(5));
    second.lookAgain();
    there.time.pass(A_SECOND);
    assertThat(repeat.answer().toCompletableFuture()).as("it is live").isNotDone();

    records.died(settled);
    second.lookAgain();
    there.time.pass(A_SECOND);

    assertThat(answer(repeat).status()).as(text(repeat)).isEqualTo(200);
  }

  @Test
  void aTimeOutIsReplayed() {
    here.ask(ANY);
    PendingSession pending = askHere();
    here.time.pass(Duration.ofSeconds(30));
    assertThat(text(askThere())).isEqualTo(text(pending)).contains(Refusals.NONE_AVAILABLE);
  }

  @Test
  void aRemovalByAnOperatorIsReplayed() {
    here.ask(ANY);
    PendingSession pending = askHere();
    here.distributor.remove(here.distributor.queue().get(0).request(), "an operator took it out");
    here.time.pass(A_SECOND);
    assertThat(text(askThere())).isEqualTo(text(pending)).contains("an operator took it out");
  }

  @Test
  void theAnswerOfAStoppingServerIsNotReplayed() {
    here.ask(ANY);
    PendingSession pending = askHere();
    here.distributor.close("this server is stopping; try again");
    here.time.pass(A_SECOND);

    assertThat(answer(pending).status()).isEqualTo(500);
    assertThat(text(pending)).contains("try again");
    assertThat(answer(askThere()).status()).as(text(askThere())).isEqualTo(200);
  }

  @Test
  void theAnswerDuringAStoreOutageIsNotReplayed() {
    here.locks.gone(true);
    PendingSession pending = askHere();
    assertThat(text(pending)).contains("try again");

    here.locks.gone(false);

    assertThat(answer(askHere()).status()).isEqualTo(200);
  }

  @Test
  void anotherBodyIsRefusedByEveryReplica() {
    askHere();
    assertThat(answer(ask(there, second, Map.of("platformName", "iOS"))).status()).isEqualTo(400);
  }
}
