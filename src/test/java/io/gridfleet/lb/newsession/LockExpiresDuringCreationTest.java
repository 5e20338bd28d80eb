package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.SessionLimits;
import io.gridfleet.lb.lab.StoreLink.Fate;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Renewals of an attempt's lock are lost until the lock expires and the sweep claims it, while the
 * node is still creating the session. The device isn't placed again before the node has finished.
 */
final class LockExpiresDuringCreationTest {
  /** At this time of a late creation its client is answered, but the session isn't created. */
  private static final Duration BEFORE_CREATED = Duration.ofSeconds(125);

  /** A renewal each 10 s, and the first sweep that finds the lock expired. */
  private static final int LOST_RENEWALS = 3;

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});

  @BeforeEach
  void onePhone() {
    lab.fleet(1);
    lab.sweep();
  }

  private NewSessionState ask() {
    return lab.ask(Map.of("platformName", "Android", "gridfleet:waitForDeviceOnlineTimeout", 600));
  }

  private void loseRenewals() {
    for (int i = 0; i < LOST_RENEWALS; i++) {
      lab.link.next("locks.renew", Fate.REQUEST_LOST);
    }
  }

  private void everythingIsFree() {
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.distributor.states().get(0).locks()).isEmpty();
    assertThat(lab.flow.unsettled()).isZero();
  }

  @Test
  void itsLockHasTheLimitsOfItsSession() {
    ask();
    assertThat(lab.locks.lastRequest().orElseThrow().times().session())
        .contains(new SessionLimits(Duration.ofMinutes(2), Duration.ofMinutes(5)));

    lab.fleet(2);
    lab.ask(Map.of("platformName", "iOS", "appium:newCommandTimeout", 600));
    assertThat(lab.locks.lastRequest().orElseThrow().times().session())
        .contains(new SessionLimits(Duration.ofMinutes(10), Duration.ofSeconds(630)));
  }

  @Test
  void theNextRequestWaitsUntilTheNodeHasCreatedAndDeletedTheSession() {
    lab.nodes.always(ScriptedNodes.Luck.CREATES_LATE);
    loseRenewals();
    NewSessionState first = ask();
    lab.time.pass(Duration.ofSeconds(50));
    assertThat(lab.link.allHappened()).isTrue();
    lab.nodes.always(ScriptedNodes.Luck.CREATES);
    NewSessionState second = ask();

    lab.time.pass(BEFORE_CREATED.minusSeconds(50));

    assertThat(lab.nodes.keys()).as("creations on the wire").hasSize(1);
    assertThat(second.answer()).isNotDone();

    lab.time.pass(Duration.ofSeconds(120));

    assertThat(first.answer()).isDone();
    assertThat(second.answer().join().status()).isEqualTo(200);
    assertThat(lab.nodes.mostAtOnce()).as("sessions on one device").isEqualTo(1);
    lab.end(second);
    lab.time.pass(Duration.ofSeconds(5));
    everythingIsFree();
  }

  @Test
  void aSessionThatComesUpUnderAClaimedLockIsNotHandedOut() {
    lab.nodes.always(ScriptedNodes.Luck.CREATES_LATE);
    loseRenewals();
    NewSessionState state =
        lab.ask(
            Map.of(
                "platformName",
                "Android",
                "gridfleet:retryNewSessionFailure",
                false,
                "gridfleet:requestTimeout",
                200));

    lab.time.pass(Duration.ofSeconds(200));

    assertThat(state.answer().join().status()).isEqualTo(500);
    assertThat(new String(state.answer().join().body(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("the lock on its device expired while it started");
    everythingIsFree();
  }

  @Test
  void aRenewalThatComesBeforeTheSweepKeepsTheLock() {
    lab.nodes.always(ScriptedNodes.Luck.CREATES_LATE);
    lab.link.next("locks.renew", Fate.REQUEST_LOST);
    lab.link.next("locks.renew", Fate.REQUEST_LOST);
    NewSessionState state =
        lab.ask(Map.of("platformName", "Android", "gridfleet:requestTimeout", 200));

    lab.time.pass(Duration.ofSeconds(140));

    assertThat(state.answer().join().status()).isEqualTo(200);
    lab.end(state);
    lab.time.pass(Duration.ofSeconds(5));
    everythingIsFree();
  }
}
