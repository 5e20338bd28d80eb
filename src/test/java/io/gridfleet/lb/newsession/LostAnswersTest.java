package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.StoreLink.Fate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls that the store has executed although its answer was lost. */
final class LostAnswersTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});

  @BeforeEach
  void onePhone() {
    lab.fleet(1);
  }

  private NewSessionState askAndWait() {
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(15));
    return state;
  }

  private static String text(NewSessionState state) {
    assertThat(state.answer()).isDone();
    return new String(state.answer().join().body(), StandardCharsets.UTF_8);
  }

  private void nothingIsHeld() {
    assertThat(lab.sessions.live().toCompletableFuture().join()).isEmpty();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.link.allHappened()).isTrue();
  }

  @Test
  void aPublicationWhoseAnswerWasLostIsTakenBack() {
    lab.link.next("sessions.publish", Fate.ANSWER_LOST);

    NewSessionState state = askAndWait();

    assertThat(text(state)).contains("session not created").contains("try again");
    nothingIsHeld();
    assertThat(askAndWait().answer().join().status())
        .as("the device serves the next")
        .isEqualTo(200);
  }

  @Test
  void aPublicationThatNeverArrivedIsTakenBackAsWell() {
    lab.link.next("sessions.publish", Fate.REQUEST_LOST);

    askAndWait();

    nothingIsHeld();
    assertThat(askAndWait().answer().join().status()).isEqualTo(200);
  }

  @Test
  void theWithdrawalIsRepeatedUntilTheStoreHasAnswered() {
    lab.link.next("sessions.publish", Fate.ANSWER_LOST);
    for (int i = 0; i < 3; i++) {
      lab.link.next("sessions.withdraw", Fate.REQUEST_LOST);
    }
    lab.link.next("sessions.withdraw", Fate.ANSWER_LOST);
    NewSessionState state = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(2));
    assertThat(text(state)).contains("try again");
    assertThat(lab.distributor.states().get(0).locks()).as("not free yet, here too").hasSize(1);

    lab.time.pass(Duration.ofSeconds(5));

    nothingIsHeld();
    assertThat(lab.flow.unsettled()).isZero();
    assertThat(lab.distributor.states().get(0).locks()).isEmpty();
  }

  @Test
  void aReleaseWhoseAnswerWasLostIsRepeated() {
    lab.nodes.always(ScriptedNodes.Luck.REQUEST_AT_FAULT);
    lab.link.next("locks.release", Fate.ANSWER_LOST);

    askAndWait();

    nothingIsHeld();
    lab.nodes.always(ScriptedNodes.Luck.CREATES);
    assertThat(askAndWait().answer().join().status()).isEqualTo(200);
  }

  @Test
  void aLockWhoseAnswerWasLostExpires() {
    lab.link.next("locks.tryLock", Fate.ANSWER_LOST);

    assertThat(text(askAndWait())).contains("try again");
    lab.time.pass(NewSessionLab.LOCK_EXPIRY);

    assertThat(askAndWait().answer().join().status()).isEqualTo(200);
  }
}
