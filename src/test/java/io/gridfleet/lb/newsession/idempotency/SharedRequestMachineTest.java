package io.gridfleet.lb.newsession.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink.Fate;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * Every transition of a shared request, made by real requests on a virtual clock, with a store that
 * answers each claim and record on command.
 */
final class SharedRequestMachineTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");
  private static final Map<String, Object> OTHER = Map.of("platformName", "android");
  private static final IdempotencyRecords.Claim OURS = new IdempotencyRecords.Ours();

  private record Claimed(
      String key, String bodyHash, CompletableFuture<IdempotencyRecords.Claim> answer) {}

  /** A store whose answers are given by the test. */
  private static final class Records implements IdempotencyRecords {
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

  /** One key, its first request, and actions while that is begun, published or refused. */
  private static final class Case {
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

    Case() {
      lab.fleet(2);
      first = begin(ANY);
      shared = Objects.requireNonNull(requests.running.get(key()));
    }

    /** A case in a state. */
    static Case in(State state) {
      Case at = new Case();
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
    Case claimed(IdempotencyRecords.Claim claim) {
      records.claims.getLast().answer().complete(claim);
      lab.time.settle();
      return this;
    }

    Case claimFails() {
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

    Case breaks() {
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

  /** States in which a test can stop a request; the others last as long as a call. */
  private static final Set<State> STAY =
      EnumSet.complementOf(EnumSet.of(State.ENTERED, State.STARTING, State.CLOSED));

  @Test
  void repeatsJoinAndAreAnsweredInEachState() {
    for (State state : STAY) {
      Case at = Case.in(state);
      if (state == State.ANSWERED) {
        at.present.add(
            Objects.requireNonNull(
                at.shared.join(at.lab.request(ANY, "10.0.0.9"), NewSessionOptions.Progress.OFF)));
      } else {
        at.begin(ANY);
      }
      at.requests.shared.ask(at.key(), at.shared);
      at.requests.lookAgain();
      at.ends("sessionId");
    }
  }

  @Test
  void allLeaveInEachState() {
    for (State state : STAY) {
      Case at = Case.in(state);
      at.begin(ANY).clientLeft();
      at.present.remove(1);
      at.allLeave();
      boolean kept = state == State.RECORDING || state == State.ANSWERED;
      assertThat(at.shared.state()).isEqualTo(kept ? state : State.CLOSED);
      if (!kept) {
        assertThat(at.shared.join(at.lab.request(ANY, "10.0.0.9"), NewSessionOptions.Progress.OFF))
            .isNull();
      }
      at.requests.shared.ask(at.key(), at.shared);
      at.ends("");
      if (!kept) {
        at.leavesNothing();
        assertThat(at.records.released).contains("r1");
      }
    }
  }

  @Test
  void aBugOccursInEachState() {
    for (State state : STAY) {
      Case at = Case.in(state).breaks().breaks();
      assertThat(at.shared.state()).isEqualTo(State.CLOSED);
      at.ends(EnumSet.of(State.RECORDING, State.ANSWERED).contains(state) ? "" : "unknown error");
      at.allLeave();
      if (state != State.ANSWERED) {
        assertThat(at.records.released).as("after %s", state).contains("r1");
      }
    }
  }

  @Test
  void theStoreAnswersInEachOfItsWays() {
    for (State state : EnumSet.of(State.CLAIMING, State.CLAIMING_AGAIN)) {
      Case.in(state).claimed(OURS).ends("sessionId");
      Case replayed = Case.in(state);
      replayed.claimed(earlier(replayed)).ends("earlier");
      Case elsewhere = Case.in(state);
      elsewhere.claimed(elsewhere.elsewhere()).ends("sessionId");
      Case other = Case.in(state);
      other.claimed(new IdempotencyRecords.Elsewhere("another body")).ends("X-Idempotency-Key");
      Case freed = Case.in(state);
      freed.claimed(new IdempotencyRecords.Elsewhere(""));
      assertThat(freed.shared.state()).isEqualTo(State.CLAIMING);
      freed.ends("sessionId");
      Case lost = Case.in(state);
      lost.claimed(new IdempotencyRecords.Elsewhere("")).claimFails();
      assertThat(lost.shared.state()).as("another replica had it").isEqualTo(State.ELSEWHERE);
      Case failed = Case.in(state).claimFails();
      assertThat(failed.shared.state()).isEqualTo(State.DELAYED);
      assertThat(failed.records.claims).as("not at once").hasSize(1);
      failed.ends("sessionId");
    }
  }

  /** Without a granted claim nothing is begun, because another replica may begin it. */
  @Test
  void aClaimThatFailsIsRepeatedWithPausesAndThenRefused() {
    Case at = new Case();
    for (int claims = 1; claims < 6; claims++) {
      assertThat(at.records.claims).hasSize(claims);
      at.claimFails();
      assertThat(at.shared.state()).isEqualTo(State.DELAYED);
      long pause = 100L << (claims - 1);
      at.lab.time.pass(Duration.ofMillis(pause - 1));
      assertThat(at.records.claims).as("before the pause is over").hasSize(claims);
      at.lab.time.pass(Duration.ofMillis(1));
    }
    assertThat(at.first.answer().toCompletableFuture()).isNotDone();
    at.claimFails();

    at.ends("session not created");
    at.ends("repeat the request with the same key");
    assertThat(at.records.claims).hasSize(6);
    assertThat(at.records.released).as("a claim that may have been granted").containsExactly("r1");
    assertThat(at.lab.nodes.keys()).isEmpty();
    at.leavesNothing();
  }

  private static IdempotencyRecords.Claim earlier(Case at) {
    return new IdempotencyRecords.Answered(
        at.records.claims.getFirst().bodyHash(), 200, "earlier".getBytes(StandardCharsets.UTF_8));
  }

  /** Another replica may have it, so it isn't begun here without a granted claim. */
  @Test
  void theStoreFailsWhileAnotherReplicaMayHaveTheClaim() {
    Case once = Case.in(State.ELSEWHERE);
    once.requests.lookAgain();
    once.claimFails();
    assertThat(once.shared.state()).isEqualTo(State.ELSEWHERE);
    once.requests.lookAgain();
    once.claimed(OURS).ends("sessionId");

    Case again = Case.in(State.ELSEWHERE);
    again.requests.lookAgain();
    again.requests.lookAgain();
    again.claimFails();
    assertThat(again.shared.state()).as("asked again at once").isEqualTo(State.CLAIMING);
    assertThat(again.records.claims).hasSize(3);
    again.claimed(OURS).ends("sessionId");
  }

  /** The store may have granted a claim whose answer was lost, and has an older answer by now. */
  @Test
  void aClaimThatMayHaveBeenGrantedIsReleasedWhenAnEarlierAnswerIsFound() {
    Case at = Case.in(State.ELSEWHERE);
    at.requests.lookAgain();
    at.claimFails();
    at.requests.lookAgain();
    at.claimed(earlier(at)).ends("earlier");
    assertThat(at.records.released).containsExactly("r1");

    Case sure = Case.in(State.ELSEWHERE);
    sure.requests.lookAgain();
    sure.claimed(earlier(sure)).ends("earlier");
    assertThat(sure.records.released).as("where it isn't needed").isEmpty();
  }

  @Test
  void theStoreAnswersWhenAllHaveLeft() {
    Case ours = Case.in(State.CLAIMING);
    ours.allLeave();
    ours.claimed(OURS);
    assertThat(ours.records.released).as("the claim that came late").hasSize(2);
    for (IdempotencyRecords.Claim claim :
        List.of(
            new IdempotencyRecords.Elsewhere(""),
            ours.elsewhere(),
            new IdempotencyRecords.Elsewhere("another body"))) {
      Case at = Case.in(State.CLAIMING);
      at.allLeave();
      at.claimed(claim);
      assertThat(at.shared.state()).isEqualTo(State.CLOSED);
      at.leavesNothing();
    }
    Case failed = Case.in(State.ELSEWHERE);
    failed.requests.lookAgain();
    failed.allLeave();
    failed.claimFails();
    assertThat(failed.shared.state()).isEqualTo(State.CLOSED);
    assertThat(failed.records.released).as("a claim that may have been granted").hasSize(2);

    Case unanswered = Case.in(State.CLAIMING);
    unanswered.allLeave();
    unanswered.claimFails();
    assertThat(unanswered.shared.state()).isEqualTo(State.CLOSED);
    assertThat(unanswered.records.released).as("the same").hasSize(2);
    unanswered.lab.time.pass(Duration.ofMinutes(1));
    assertThat(unanswered.records.claims).hasSize(1);

    Case last = new Case();
    for (int claims = 1; claims < 6; claims++) {
      last.claimFails();
      last.lab.time.pass(Duration.ofSeconds(2));
    }
    last.allLeave();
    last.claimFails();
    assertThat(last.records.released).as("the last claim may have been granted too").hasSize(2);
  }

  @Test
  void eventsOccurWhileItIsBegun() {
    Case joined = new Case();
    joined.whenAdmitted = () -> joined.begin(ANY);
    joined.claimed(OURS).ends("sessionId");
    assertThat(joined.present).hasSize(2);

    Case asked = new Case();
    asked.whenAdmitted = asked.requests::lookAgain;
    asked.claimed(OURS).ends("sessionId");
    assertThat(asked.records.claims).hasSize(1);

    Case left = new Case();
    left.whenAdmitted = left::leaveWithoutLoop;
    left.claimed(OURS).ends("");
    left.leavesNothing();

    Case broken = new Case();
    broken.whenAdmitted = broken::breakWithoutLoop;
    broken.claimed(OURS).ends("unknown error");
    broken.leavesNothing();
  }

  /** The end of the pending request is queued on its loop when its answer arrives. */
  @Test
  void anAnswerComesWhenAllHaveLeft() {
    Case lasting = new Case();
    lasting.whenPublished = lasting::leaveWithoutLoop;
    lasting.claimed(OURS).ends("");
    assertThat(lasting.records.recordings).isEmpty();
    lasting.leavesNothing();

    Case passing = new Case();
    passing.lab.link.next("sessions.publish", Fate.REQUEST_LOST);
    passing.whenRefused = passing::leaveWithoutLoop;
    passing.claimed(OURS).ends("");
    passing.leavesNothing();
    assertThat(passing.records.released).contains("r1");
  }

  @Test
  void aTransientAnswerIsGivenAndNotRecorded() {
    Case at = new Case();
    at.lab.link.next("sessions.publish", Fate.REQUEST_LOST);
    at.claimed(OURS).ends("try again");
    assertThat(at.records.recordings).isEmpty();
    assertThat(at.records.released).containsExactly("r1");
  }

  /** It waits until it is decided which body is the key's, and isn't in the map meanwhile. */
  @Test
  void aRequestWithAnotherBodyWaitsAndIsRefusedFollowsOrBegins() {
    Case refused = new Case();
    refused.begin(OTHER);
    refused.claimed(OURS);
    refused.present.remove(0);
    refused.ends("X-Idempotency-Key");

    Case follows = Case.in(State.CLAIMING);
    follows.begin(OTHER);
    follows.begin(OTHER);
    follows.claimed(new IdempotencyRecords.Elsewhere("another body"));
    assertThat(follows.present.remove(0).answer().toCompletableFuture()).isDone();
    follows.ends("sessionId");
    assertThat(follows.lab.nodes.keys()).hasSize(1);

    Case leaves = Case.in(State.CLAIMING);
    leaves.begin(OTHER).clientLeft();
    leaves.present.remove(1);
    leaves.claimed(new IdempotencyRecords.Elsewhere("another body")).ends("X-Idempotency-Key");
    assertThat(leaves.records.claims).hasSize(1);
  }

  @Test
  void aBugWhileItWaitsForAnotherBodyIsAnswered() {
    Case at = new Case();
    at.begin(OTHER);
    at.whenRepeated =
        () -> {
          throw new IllegalStateException("a bug, as configured");
        };
    at.claimed(OURS);
    at.present.remove(0);
    at.ends("unknown error");
  }

  @Test
  void everyTransitionIsMade() {
    repeatsJoinAndAreAnsweredInEachState();
    allLeaveInEachState();
    aBugOccursInEachState();
    theStoreAnswersInEachOfItsWays();
    theStoreFailsWhileAnotherReplicaMayHaveTheClaim();
    aClaimThatFailsIsRepeatedWithPausesAndThenRefused();
    theStoreAnswersWhenAllHaveLeft();
    eventsOccurWhileItIsBegun();
    anAnswerComesWhenAllHaveLeft();
    aTransientAnswerIsGivenAndNotRecorded();
    aRequestWithAnotherBodyWaitsAndIsRefusedFollowsOrBegins();
    aBugWhileItWaitsForAnotherBodyIsAnswered();

    assertThat(SharedRequestMachine.TABLE.unvisited()).isEmpty();
  }
}
