package io.gridfleet.lb.newsession.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionLab;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.State;
import io.gridfleet.lb.session.IdempotencyRecords;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One key, its first request, and actions while that is begun, published or refused; on a virtual
 * clock, with a store that answers each claim and record on command.
 */
final class SharedRequestCase {
  static final Map<String, Object> ANY = Map.of("platformName", "Android");
  static final IdempotencyRecords.Claim OURS = new IdempotencyRecords.Ours();

  record Claimed(String key, String bodyHash, CompletableFuture<IdempotencyRecords.Claim> answer) {}

  /** A store whose answers are given by the test. */
  static final class Records implements IdempotencyRecords {
    final Deque<Claimed> claims = new ArrayDeque<>();
    final Deque<CompletableFuture<Void>> recordings = new ArrayDeque<>();
    final List<String> released = new ArrayList<>();

    @Override
    public CompletionStage<Claim> claim(String key, String bodyHash, String claim) {
      claims.add(new Claimed(key, bodyHash, new CompletableFuture<>()));
      return claims.getLast().answer();
    }

    @Override
    public CompletionStage<Optional<Answered>> find(String key) {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Void> record(String key, String claim, Answered answer, Duration keep) {
      recordings.add(new CompletableFuture<>());
      return recordings.getLast();
    }

    @Override
    public CompletionStage<Void> release(String key, String claim) {
      released.add(claim);
      return CompletableFuture.completedFuture(null);
    }
  }

  Runnable whenAdmitted = () -> {};
  Runnable whenPublished = () -> {};
  Runnable whenRefused = () -> {};
  Runnable whenRepeated = () -> {};
  final NewSessionLab lab = new NewSessionLab(new Random(1), new Hooks());
  final Records records = new Records();
  final IdempotentRequests requests =
      new IdempotentRequests(
          lab.flow,
          records,
          new IdempotentRequests.Limits(Duration.ofMinutes(30), 10),
          () -> whenRepeated.run(),
          key -> {},
          new IdempotentRequests.Time(lab.time, lab.time));
  final List<PendingSession> present = new ArrayList<>();
  final PendingSession first;
  final SharedRequest shared;

  private final class Hooks implements NewSessionListener {
    @Override
    public void admitted(NewSessionRequest request, NewSessionOptions options) {
      whenAdmitted.run();
    }

    @Override
    public void published(NewSessionRequest request, Session session) {
      whenPublished.run();
    }

    @Override
    public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
      whenRefused.run();
    }
  }

  SharedRequestCase() {
    lab.fleet(2);
    first = begin(ANY);
    shared = Objects.requireNonNull(requests.running.get(key()));
  }

  /** A case in a state. */
  static SharedRequestCase in(State state) {
    SharedRequestCase at = new SharedRequestCase();
    switch (state) {
      case CLAIMING -> {}
      case CLAIMING_AGAIN -> at.requests.lookAgain();
      case DELAYED -> at.claimFails();
      case ELSEWHERE -> at.claimed(at.elsewhere());
      case RUNNING -> at.claimed(OURS);
      case RECORDING -> {
        at.claimed(OURS);
        at.lab.time.pass(Duration.ofSeconds(1));
      }
      case ANSWERED -> {
        at.claimed(OURS);
        at.lab.time.pass(Duration.ofSeconds(1));
        at.recorded();
      }
      default -> throw new IllegalArgumentException("not reached like this: " + state);
    }
    assertThat(at.shared.state()).isEqualTo(state);
    return at;
  }

  String key() {
    return records.claims.getFirst().key();
  }

  PendingSession begin(Map<String, Object> capabilities) {
    byte[] body = Json.bytes(Map.of("capabilities", Map.of("alwaysMatch", capabilities)));
    PendingSession pending =
        requests.begin(Optional.of("key"), body, lab.request(capabilities, "10.0.0.9"));
    present.add(pending);
    return pending;
  }

  IdempotencyRecords.Claim elsewhere() {
    return new IdempotencyRecords.Elsewhere(records.claims.getFirst().bodyHash());
  }

  /** The store answers the latest claim. */
  SharedRequestCase claimed(IdempotencyRecords.Claim claim) {
    records.claims.getLast().answer().complete(claim);
    lab.time.settle();
    return this;
  }

  SharedRequestCase claimFails() {
    records
        .claims
        .getLast()
        .answer()
        .completeExceptionally(new IllegalStateException("no answer, as configured"));
    lab.time.settle();
    return this;
  }

  void recorded() {
    records.recordings.getLast().complete(null);
    lab.time.settle();
  }

  void recordingFails() {
    records
        .recordings
        .getLast()
        .completeExceptionally(new IllegalStateException("no record, as configured"));
    lab.time.settle();
  }

  void allLeave() {
    leaveWithoutLoop();
    lab.time.settle();
  }

  /** All leave, without a run of the loop. */
  void leaveWithoutLoop() {
    List.copyOf(present).forEach(PendingSession::clientLeft);
    present.clear();
  }

  void breakWithoutLoop() {
    requests.shared.broken(key(), shared, new IllegalStateException("a bug, as configured"));
  }

  SharedRequestCase breaks() {
    breakWithoutLoop();
    lab.time.settle();
    return this;
  }

  /** Completes all pending stages: all present clients are answered. */
  void ends(String text) {
    for (int round = 0; round < 3; round++) {
      requests.lookAgain();
      List.copyOf(records.claims).forEach(claim -> claim.answer().complete(OURS));
      lab.time.pass(Duration.ofSeconds(30));
      List.copyOf(records.recordings).forEach(recording -> recording.complete(null));
      lab.time.pass(Duration.ofMinutes(2));
    }
    for (PendingSession each : present) {
      CompletableFuture<NewSessionAnswer> answer = each.answer().toCompletableFuture();
      assertThat(answer).as("the answer of a present client").isDone();
      assertThat(new String(answer.join().body(), StandardCharsets.UTF_8)).contains(text);
    }
    assertThat(requests.running.callers()).as("keys under way").isZero();
    assertThat(lab.distributor.queueLength()).isZero();
  }

  void leavesNothing() {
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.flow.unsettled()).isZero();
  }
}
