package io.gridfleet.lb.newsession.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink;
import io.gridfleet.lb.lab.StoreLink.Fate;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.session.FakeIdempotencyRecords;
import io.gridfleet.lb.session.IdempotencyRecords.Answered;
import io.gridfleet.lb.session.IdempotencyRecords.Claim;
import io.gridfleet.lb.session.IdempotencyRecords.Elsewhere;
import io.gridfleet.lb.session.IdempotencyRecords.Ours;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Ends of claims whose write fails, in several orders, and the sweep after that. */
final class SettledKeysTest {
  private static final String RECORD = "idempotency.record";
  private static final String RELEASE = "idempotency.letGo";
  private static final Answered FIRST = new Answered("body", 200, new byte[] {1});
  private static final Answered LATER = new Answered("body", 200, new byte[] {2});

  private final VirtualTime time = new VirtualTime();
  private final StoreLink link = new StoreLink(time);
  private final FakeIdempotencyRecords records = new FakeIdempotencyRecords(time);
  private final List<String> settled = new ArrayList<>();
  private final SettledKeys here = new SettledKeys(records, Duration.ofMinutes(30), settled::add);
  private final SettledKeys elsewhere =
      new SettledKeys(records, Duration.ofMinutes(30), settled::add);

  SettledKeysTest() {
    records.link(link);
    records.replicas((before, claim) -> before.charAt(0) == claim.charAt(0));
  }

  private static <T> T done(CompletionStage<T> stage) {
    assertThat(stage.toCompletableFuture()).isCompleted();
    return stage.toCompletableFuture().join();
  }

  private Claim claim(SettledKeys replica, String claim) {
    return done(replica.claim("key", "body", claim));
  }

  private void recordFails(String claim, Answered answer) {
    link.next(RECORD, Fate.REQUEST_LOST);
    assertThat(here.record("key", claim, answer).toCompletableFuture()).isCompletedExceptionally();
  }

  private void releaseFails(String claim) {
    link.next(RELEASE, Fate.REQUEST_LOST);
    here.release("key", claim);
  }

  @Test
  void repeatsReceiveAnUnwrittenAnswerHereAndWaitElsewhere() {
    assertThat(claim(here, "here-1")).isEqualTo(new Ours());
    recordFails("here-1", FIRST);

    assertThat(claim(here, "here-2")).isEqualTo(FIRST);
    assertThat(claim(elsewhere, "elsewhere-1")).isEqualTo(new Elsewhere("body"));
    here.writeAgain();

    assertThat(claim(elsewhere, "elsewhere-1")).isEqualTo(FIRST);
    assertThat(settled).containsExactly("key");
    assertThat(records.taken()).isZero();
  }

  @Test
  void aWrittenAnswerIsReadFromTheStoreUntilItExpires() {
    claim(here, "here-1");
    recordFails("here-1", FIRST);
    here.writeAgain();
    time.pass(Duration.ofMinutes(31));

    assertThat(claim(here, "here-2")).isEqualTo(new Ours());
  }

  /** The key was claimed again before the release of its first claim failed. */
  @Test
  void aFailedReleaseDoesNotReplaceTheUnwrittenAnswerOfALaterClaim() {
    claim(here, "here-1");
    claim(here, "here-2");
    recordFails("here-2", FIRST);
    releaseFails("here-1");

    here.writeAgain();

    assertThat(done(records.find("key"))).contains(FIRST);
    assertThat(records.taken()).isZero();
  }

  @Test
  void failedReleasesOfTwoClaimsOfAKeyAreBothRepeated() {
    claim(here, "here-1");
    claim(here, "here-2");
    releaseFails("here-2");
    releaseFails("here-1");

    here.writeAgain();

    assertThat(records.taken()).isZero();
  }

  @Test
  void ofTwoUnwrittenAnswersTheFirstIsRecordedAndBothClaimsAreReleased() {
    claim(here, "here-1");
    claim(here, "here-2");
    recordFails("here-1", FIRST);
    recordFails("here-2", LATER);

    here.writeAgain();

    assertThat(done(records.find("key"))).contains(FIRST);
    assertThat(records.taken()).isZero();
  }
}
