package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request with an idempotency key is answered, and its key is released, with any fault. */
final class KeyedRequestFaultsTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");
  private static final Map<String, Object> OTHER = Map.of("platformName", "android");
  private static final Map<String, Object> OF_A_RUN = Map.of("gridfleet:run_id", "run-7");

  private static final int MAX_KEYS = 3;

  private Runnable whenPublished = () -> {};
  private final NewSessionLab lab =
      new NewSessionLab(
          new Random(1),
          new NewSessionListener() {
            @Override
            public void published(NewSessionRequest request, Session session) {
              whenPublished.run();
            }
          });
  private final FakeIdempotencyRecords records = new FakeIdempotencyRecords(lab.time);
  private final IdempotentRequests requests =
      new IdempotentRequests(
          lab.flow,
          records,
          new IdempotentRequests.Limits(Duration.ofMinutes(30), MAX_KEYS),
          () -> {},
          key -> {},
          new IdempotentRequests.Time(lab.time, lab.time));

  @BeforeEach
  void onePhone() {
    lab.fleet(1);
    records.link(lab.link);
    records.replicas(String::equals);
  }

  private PendingSession ask(Map<String, Object> capabilities) {
    return ask("key", capabilities, "10.0.0.9");
  }

  private PendingSession ask(String key, Map<String, Object> capabilities, String client) {
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
    return requests.begin(Optional.of(key), body, lab.request(capabilities, client));
  }

  private NewSessionAnswer answer(PendingSession pending) {
    lab.time.pass(Duration.ofSeconds(2));
    CompletableFuture<NewSessionAnswer> answer = pending.answer().toCompletableFuture();
    assertThat(answer).isDone();
    return answer.join();
  }

  private String text(PendingSession pending) {
    return new String(answer(pending).body(), StandardCharsets.UTF_8);
  }

  private void isAnsweredAsAMistake(PendingSession pending) {
    assertThat(text(pending)).contains("unknown error");
  }

  @Test
  void aBugAtTheBeginningIsAnsweredToAllAndTheKeyIsReleased() {
    lab.runs =
        run -> {
          throw new IllegalStateException("a bug, as configured");
        };
    PendingSession first = ask(OF_A_RUN);
    PendingSession repeat = ask(OF_A_RUN);

    isAnsweredAsAMistake(first);
    isAnsweredAsAMistake(repeat);
    assertThat(records.taken()).isZero();
    assertThat(answer(ask(ANY)).status()).as("the key, with another body").isEqualTo(200);
  }

  @Test
  void aBugOfTheRecordsIsAnsweredAsWell() {
    lab.link.next("idempotency.claim", Fate.CALL_THROWS);
    PendingSession first = ask(ANY);

    assertThat(answer(first).status()).as("as when the store can't be reached").isEqualTo(200);
  }

  @Test
  void anAnswerThatCanNotBeRecordedIsAnsweredAllTheSame() {
    lab.link.next("idempotency.record", Fate.CALL_THROWS);
    PendingSession first = ask(ANY);
    assertThat(answer(first).status()).isEqualTo(200);
    requests.lookAgain();

    assertThat(text(ask(ANY))).as("recorded later").isEqualTo(text(first));
    assertThat(records.taken()).isZero();
  }

  @Test
  void anAnswerWhoseRecordingWasNotConfirmedIsRecordedOnce() {
    lab.link.next("idempotency.record", Fate.ANSWER_LOST);
    PendingSession first = ask(ANY);
    assertThat(answer(first).status()).isEqualTo(200);
    requests.lookAgain();

    assertThat(text(ask(ANY))).isEqualTo(text(first));
    assertThat(lab.nodes.keys()).hasSize(1);
  }

  @Test
  void aKeyWhoseClaimWasNotConfirmedIsReleasedAtTheEnd() {
    lab.nodes.always(ScriptedNodes.Luck.REQUEST_AT_FAULT);
    lab.link.next("idempotency.claim", Fate.ANSWER_LOST);

    answer(ask(ANY));

    assertThat(records.taken()).isZero();
  }

  @Test
  void aKeyWhoseReleaseWasNotConfirmedIsReleasedAgain() {
    lab.locks.gone(true);
    lab.link.next("idempotency.letGo", Fate.REQUEST_LOST);
    answer(ask(ANY));
    assertThat(records.taken()).isEqualTo(1);

    requests.lookAgain();

    assertThat(records.taken()).isZero();
  }

  @Test
  void anAbandonedRequestThatWaitsForAnotherBodyLeavesTheKeyToTheFirst() {
    lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(1));
    records.slow(true);
    PendingSession first = ask(ANY);
    PendingSession wrong = ask(OTHER);
    lab.time.pass(Duration.ofSeconds(1));
    wrong.clientLeft();
    first.clientLeft();
    records.slow(false);
    lab.time.pass(Duration.ofSeconds(1));

    PendingSession again = ask(ANY);
    lab.time.pass(Duration.ofSeconds(30));

    assertThat(text(again)).contains(Refusals.NONE_AVAILABLE);
  }

  /** All have left, and the end of the request is still queued on its event loop. */
  @Test
  void anAnswerThatCameWhenAllHadLeftIsNotKept() {
    PendingSession abandoned = ask(ANY);
    whenPublished = abandoned::clientLeft;
    lab.time.pass(Duration.ofSeconds(5));
    whenPublished = () -> {};
    assertThat(lab.nodes.running()).as("deleted, because no client has it").isZero();

    assertThat(answer(ask(ANY)).status()).isEqualTo(200);

    assertThat(lab.nodes.running()).as("a live session").isEqualTo(1);
  }

  @Test
  void aCallerHasSoManyKeysUnderWayAndOthersGoOn() {
    List<PendingSession> waiting = new ArrayList<>();
    ask("held", ANY, "10.0.0.1");
    lab.time.pass(Duration.ofSeconds(2));
    for (int i = 0; i < MAX_KEYS; i++) {
      waiting.add(ask("k" + i, ANY, "10.0.0.9"));
    }
    assertThatThrownBy(() -> ask("one-more", ANY, "10.0.0.9"))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("newSession.maxKeysPerCaller");
    assertThat(records.taken()).as("claims in the store").isEqualTo(MAX_KEYS);
    ask("k0", ANY, "10.0.0.9");
    ask("one-more", ANY, "10.0.0.8").clientLeft();

    waiting.get(1).clientLeft();

    ask("one-more", ANY, "10.0.0.9");
    assertThatThrownBy(() -> ask("again-one-more", ANY, "10.0.0.9"))
        .isInstanceOf(ProtocolException.class);
  }
}
