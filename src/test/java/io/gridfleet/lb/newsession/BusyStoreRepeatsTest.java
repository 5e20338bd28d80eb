package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.newsession.idempotency.IdempotentRequests;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import io.gridfleet.lb.webdriver.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A client repeats a request at the other replica, while the store refuses claims of its key or
 * loses their answers: one session is created, or none and the client may repeat.
 */
final class BusyStoreRepeatsTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  /** A claim and its repetitions. */
  private static final int CLAIMS = 6;

  private static final Duration ALL_PAUSES = Duration.ofSeconds(4);

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});
  private final FakeIdempotencyRecords records = new FakeIdempotencyRecords(lab.time);
  private final IdempotentRequests first = replica(key -> signalSecond(key));
  private final IdempotentRequests second = replica(key -> signalFirst(key));

  private IdempotentRequests replica(Consumer<String> others) {
    return new IdempotentRequests(
        lab.flow,
        records,
        new IdempotentRequests.Limits(Duration.ofMinutes(30), 10),
        () -> {},
        others,
        new IdempotentRequests.Time(lab.time, lab.time));
  }

  private void signalSecond(String key) {
    lab.time.execute(() -> second.settledElsewhere(key));
  }

  private void signalFirst(String key) {
    lab.time.execute(() -> first.settledElsewhere(key));
  }

  @BeforeEach
  void phones() {
    lab.fleet(4);
    records.link(lab.link);
    records.replicas(String::equals);
  }

  private PendingSession ask(IdempotentRequests replica) {
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", ANY)));
    return replica.begin(Optional.of("key"), body, lab.request(ANY, "10.0.0.9"));
  }

  private static String text(PendingSession pending) {
    CompletableFuture<NewSessionAnswer> answer = pending.answer().toCompletableFuture();
    assertThat(answer).isDone();
    return new String(answer.join().body(), StandardCharsets.UTF_8);
  }

  private void claims(int times, Fate fate) {
    for (int i = 0; i < times; i++) {
      lab.link.next("idempotency.claim", fate);
    }
  }

  private void oneSessionFor(PendingSession... all) {
    lab.time.pass(ALL_PAUSES);
    for (PendingSession each : all) {
      assertThat(text(each)).contains("sessionId").isEqualTo(text(all[0]));
    }
    assertThat(lab.nodes.keys()).as("creations").hasSize(1);
    assertThat(lab.nodes.running()).isEqualTo(1);
    assertThat(records.taken()).isZero();
    assertThat(lab.link.allHappened()).isTrue();
  }

  private void isRefused(PendingSession pending) {
    assertThat(text(pending))
        .contains("session not created")
        .contains("the store is busy or can't be reached")
        .contains("repeat the request with the same key");
    assertThat(lab.nodes.keys()).as("creations").isEmpty();
  }

  @Test
  void aKeyWhoseClaimWasRefusedIsLeftToTheOtherReplica() {
    claims(1, Fate.REQUEST_LOST);
    PendingSession here = ask(first);
    PendingSession there = ask(second);

    oneSessionFor(here, there);
  }

  @Test
  void aKeyWhoseClaimWasGrantedWithoutAnAnswerIsProcessedHere() {
    claims(1, Fate.ANSWER_LOST);
    PendingSession here = ask(first);
    PendingSession there = ask(second);
    lab.time.settle();
    assertThat(there.answer().toCompletableFuture()).as("held elsewhere").isNotDone();

    oneSessionFor(here, there);
  }

  @Test
  void bothReplicasAreRefusedForAWhile() {
    claims(4, Fate.REQUEST_LOST);

    oneSessionFor(ask(first), ask(second));
  }

  @Test
  void aKeyThatCanNotBeClaimedIsRefusedAndARepeatIsServed() {
    claims(CLAIMS, Fate.REQUEST_LOST);
    PendingSession here = ask(first);
    lab.time.pass(ALL_PAUSES);
    isRefused(here);

    oneSessionFor(ask(second), ask(first));
  }

  @Test
  void aKeyThatIsHeldWithoutAnAnswerIsReleasedAndARepeatIsServed() {
    claims(CLAIMS, Fate.ANSWER_LOST);
    lab.link.next("idempotency.letGo", Fate.REQUEST_LOST);
    PendingSession here = ask(first);
    lab.time.pass(ALL_PAUSES);
    isRefused(here);
    PendingSession repeat = ask(second);
    lab.time.pass(ALL_PAUSES);
    assertThat(repeat.answer().toCompletableFuture()).as("not released yet").isNotDone();

    first.lookAgain();

    oneSessionFor(repeat, ask(first));
  }

  /** Another body has to wait until it is known which one is the key's. */
  @Test
  void anotherBodyIsServedAfterTheFirstWasRefused() {
    claims(CLAIMS, Fate.REQUEST_LOST);
    PendingSession here = ask(first);
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("firstMatch", List.of(ANY))));
    PendingSession other = first.begin(Optional.of("key"), body, lab.request(ANY, "10.0.0.9"));
    lab.time.pass(Duration.ofSeconds(1));
    assertThat(other.answer().toCompletableFuture()).isNotDone();
    lab.time.pass(ALL_PAUSES);

    assertThat(text(here)).contains("session not created");
    oneSessionFor(other);
  }
}
