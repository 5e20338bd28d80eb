package io.gridfleet.lb.newsession.idempotency;

import static io.gridfleet.lb.newsession.idempotency.SharedRequestCase.ANY;
import static io.gridfleet.lb.newsession.idempotency.SharedRequestCase.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionOptions;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.newsession.idempotency.SharedRequestMachine.State;
import io.gridfleet.lb.session.IdempotencyRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every transition of a shared request, made by real requests on a virtual clock, with a store that
 * answers each claim and record on command.
 */
final class SharedRequestMachineTest {
  private static final Map<String, Object> OTHER = Map.of("platformName", "android");

  private static final NewSessionAnswer NOT_ANSWERED =
      NewSessionAnswer.asReceived(0, "no answer".getBytes(StandardCharsets.UTF_8));

  /** States in which a test can stop a request; the others last as long as a call. */
  private static final Set<State> STAY =
      EnumSet.complementOf(EnumSet.of(State.ENTERED, State.STARTING, State.CLOSED));

  @Test
  void repeatsJoinAndAreAnsweredInEachState() {
    for (State state : STAY) {
      SharedRequestCase at = SharedRequestCase.in(state);
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
      SharedRequestCase at = SharedRequestCase.in(state);
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
      SharedRequestCase at = SharedRequestCase.in(state).breaks().breaks();
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
      SharedRequestCase.in(state).claimed(OURS).ends("sessionId");
      SharedRequestCase replayed = SharedRequestCase.in(state);
      replayed.claimed(earlier(replayed)).ends("earlier");
      SharedRequestCase elsewhere = SharedRequestCase.in(state);
      elsewhere.claimed(elsewhere.elsewhere()).ends("sessionId");
      SharedRequestCase other = SharedRequestCase.in(state);
      other.claimed(new IdempotencyRecords.Elsewhere("another body")).ends("X-Idempotency-Key");
      SharedRequestCase freed = SharedRequestCase.in(state);
      freed.claimed(new IdempotencyRecords.Elsewhere(""));
      assertThat(freed.shared.state()).isEqualTo(State.CLAIMING);
      freed.ends("sessionId");
      SharedRequestCase lost = SharedRequestCase.in(state);
      lost.claimed(new IdempotencyRecords.Elsewhere("")).claimFails();
      assertThat(lost.shared.state()).as("another replica had it").isEqualTo(State.ELSEWHERE);
      SharedRequestCase failed = SharedRequestCase.in(state).claimFails();
      assertThat(failed.shared.state()).isEqualTo(State.DELAYED);
      assertThat(failed.records.claims).as("not at once").hasSize(1);
      failed.ends("sessionId");
    }
  }

  /** Without a granted claim nothing is begun, because another replica may begin it. */
  @Test
  void aClaimThatFailsIsRepeatedWithPausesAndThenRefused() {
    SharedRequestCase at = new SharedRequestCase();
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

  private static IdempotencyRecords.Claim earlier(SharedRequestCase at) {
    return new IdempotencyRecords.Answered(
        at.records.claims.getFirst().bodyHash(), 200, "earlier".getBytes(StandardCharsets.UTF_8));
  }

  /** Another replica may have it, so it isn't begun here without a granted claim. */
  @Test
  void theStoreFailsWhileAnotherReplicaMayHaveTheClaim() {
    SharedRequestCase once = SharedRequestCase.in(State.ELSEWHERE);
    once.requests.lookAgain();
    once.claimFails();
    assertThat(once.shared.state()).isEqualTo(State.ELSEWHERE);
    once.requests.lookAgain();
    once.claimed(OURS).ends("sessionId");

    SharedRequestCase again = SharedRequestCase.in(State.ELSEWHERE);
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
    SharedRequestCase at = SharedRequestCase.in(State.ELSEWHERE);
    at.requests.lookAgain();
    at.claimFails();
    at.requests.lookAgain();
    at.claimed(earlier(at)).ends("earlier");
    assertThat(at.records.released).containsExactly("r1");

    SharedRequestCase sure = SharedRequestCase.in(State.ELSEWHERE);
    sure.requests.lookAgain();
    sure.claimed(earlier(sure)).ends("earlier");
    assertThat(sure.records.released).as("where it isn't needed").isEmpty();
  }

  @Test
  void theStoreAnswersWhenAllHaveLeft() {
    SharedRequestCase ours = SharedRequestCase.in(State.CLAIMING);
    ours.allLeave();
    ours.claimed(OURS);
    assertThat(ours.records.released).as("the claim that came late").hasSize(2);
    for (IdempotencyRecords.Claim claim :
        List.of(
            new IdempotencyRecords.Elsewhere(""),
            ours.elsewhere(),
            new IdempotencyRecords.Elsewhere("another body"))) {
      SharedRequestCase at = SharedRequestCase.in(State.CLAIMING);
      at.allLeave();
      at.claimed(claim);
      assertThat(at.shared.state()).isEqualTo(State.CLOSED);
      at.leavesNothing();
    }
    SharedRequestCase failed = SharedRequestCase.in(State.ELSEWHERE);
    failed.requests.lookAgain();
    failed.allLeave();
    failed.claimFails();
    assertThat(failed.shared.state()).isEqualTo(State.CLOSED);
    assertThat(failed.records.released).as("a claim that may have been granted").hasSize(2);

    SharedRequestCase unanswered = SharedRequestCase.in(State.CLAIMING);
    unanswered.allLeave();
    unanswered.claimFails();
    assertThat(unanswered.shared.state()).isEqualTo(State.CLOSED);
    assertThat(unanswered.records.released).as("the same").hasSize(2);
    unanswered.lab.time.pass(Duration.ofMinutes(1));
    assertThat(unanswered.records.claims).hasSize(1);

    SharedRequestCase last = new SharedRequestCase();
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
    SharedRequestCase joined = new SharedRequestCase();
    joined.whenAdmitted = () -> joined.begin(ANY);
    joined.claimed(OURS).ends("sessionId");
    assertThat(joined.present).hasSize(2);

    SharedRequestCase asked = new SharedRequestCase();
    asked.whenAdmitted = asked.requests::lookAgain;
    asked.claimed(OURS).ends("sessionId");
    assertThat(asked.records.claims).hasSize(1);

    SharedRequestCase left = new SharedRequestCase();
    left.whenAdmitted = left::leaveWithoutLoop;
    left.claimed(OURS).ends("");
    left.leavesNothing();

    SharedRequestCase broken = new SharedRequestCase();
    broken.whenAdmitted = broken::breakWithoutLoop;
    broken.claimed(OURS).ends("unknown error");
    broken.leavesNothing();
  }

  /** The end of the pending request is queued on its loop when its answer arrives. */
  @Test
  void anAnswerComesWhenAllHaveLeft() {
    SharedRequestCase lasting = new SharedRequestCase();
    lasting.whenPublished = lasting::leaveWithoutLoop;
    lasting.claimed(OURS).ends("");
    assertThat(lasting.records.recordings).isEmpty();
    lasting.leavesNothing();

    SharedRequestCase passing = new SharedRequestCase();
    passing.lab.link.next("sessions.publish", Fate.REQUEST_LOST);
    passing.whenRefused = passing::leaveWithoutLoop;
    passing.claimed(OURS).ends("");
    passing.leavesNothing();
    assertThat(passing.records.released).contains("r1");
  }

  @Test
  void aTransientAnswerIsGivenAndNotRecorded() {
    SharedRequestCase at = new SharedRequestCase();
    at.lab.link.next("sessions.publish", Fate.REQUEST_LOST);
    at.claimed(OURS).ends("try again");
    assertThat(at.records.recordings).isEmpty();
    assertThat(at.records.released).containsExactly("r1");
  }

  /** The client has its answer, and the store doesn't. */
  @Test
  void aRepeatReceivesAnAnswerThatIsNotRecordedYet() {
    SharedRequestCase at = SharedRequestCase.in(State.RECORDING);
    at.recordingFails();
    assertThat(at.first.answer().toCompletableFuture()).isDone();
    PendingSession repeat = at.begin(ANY);
    PendingSession otherBody = at.begin(OTHER);
    at.lab.time.settle();

    assertThat(at.records.claims).as("claims").hasSize(1);
    assertThat(text(repeat)).isEqualTo(text(at.first)).contains("sessionId");
    assertThat(text(otherBody)).contains("X-Idempotency-Key");
    assertThat(at.lab.nodes.keys()).as("created sessions").hasSize(1);

    at.requests.lookAgain();
    at.recorded();
    at.begin(ANY);
    assertThat(at.records.claims).as("claims after the record").hasSize(2);
  }

  private static String text(PendingSession pending) {
    return new String(
        pending.answer().toCompletableFuture().getNow(NOT_ANSWERED).body(), StandardCharsets.UTF_8);
  }

  /** It waits until it is decided which body is the key's, and isn't in the map meanwhile. */
  @Test
  void aRequestWithAnotherBodyWaitsAndIsRefusedFollowsOrBegins() {
    SharedRequestCase refused = new SharedRequestCase();
    refused.begin(OTHER);
    refused.claimed(OURS);
    refused.present.remove(0);
    refused.ends("X-Idempotency-Key");

    SharedRequestCase follows = SharedRequestCase.in(State.CLAIMING);
    follows.begin(OTHER);
    follows.begin(OTHER);
    follows.claimed(new IdempotencyRecords.Elsewhere("another body"));
    assertThat(follows.present.remove(0).answer().toCompletableFuture()).isDone();
    follows.ends("sessionId");
    assertThat(follows.lab.nodes.keys()).hasSize(1);

    SharedRequestCase leaves = SharedRequestCase.in(State.CLAIMING);
    leaves.begin(OTHER).clientLeft();
    leaves.present.remove(1);
    leaves.claimed(new IdempotencyRecords.Elsewhere("another body")).ends("X-Idempotency-Key");
    assertThat(leaves.records.claims).hasSize(1);
  }

  @Test
  void aBugWhileItWaitsForAnotherBodyIsAnswered() {
    SharedRequestCase at = new SharedRequestCase();
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
