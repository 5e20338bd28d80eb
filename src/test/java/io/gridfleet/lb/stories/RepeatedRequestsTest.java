package io.gridfleet.lb.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients send New Session again: one request must stay one (DESIGN §7.9). */
@ExtendWith(LeakCheck.class)
final class RepeatedRequestsTest {
  private static final String KEY = "X-Idempotency-Key: 4d7a";
  private static final String PROGRESS = "'gridfleet:newSessionRequestProgress':true";

  @RegisterExtension final Lab lab = new Lab();

  @Test
  void aRepeatJoinsTheRequestThatWaits() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("", KEY);
    lab.untilWaiting(1);
    Asked second = lab.newSession("", KEY);
    Asked third = lab.newSession("", "x-idempotency-key: 4d7a");
    lab.delete(busy);
    String session = first.answered().sessionId();
    assertThat(second.answered().sessionId()).isEqualTo(session).isNotEmpty();
    assertThat(third.answered().sessionId()).isEqualTo(session);
    assertThat(lab.node(1).history().creations()).hasSize(2);
  }

  @Test
  void aRepeatAfterTheAnswerGetsTheSameAnswer() throws IOException {
    lab.start(2);
    Answered first = lab.newSession("", KEY).answered();
    Answered again = lab.newSession("", KEY).answered();
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text()).isEqualTo(first.text());
    assertThat(lab.newSession("", "X-Idempotency-Key: other").answered().sessionId())
        .isNotEqualTo(first.sessionId());
  }

  @Test
  void aRefusalIsRepeatedAsWell() throws IOException {
    lab.start(1);
    Answered first = lab.newSession("'platformName':'tvOS'", KEY).answered();
    Answered again = lab.newSession("'platformName':'tvOS'", KEY).answered();
    assertThat(again.status()).isEqualTo(500).isEqualTo(first.status());
    assertThat(again.text()).isEqualTo(first.text());
  }

  @Test
  void theSameKeyWithAnotherBodyIsAnError() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("", KEY);
    lab.untilWaiting(1);
    assertRefused(lab.newSession("'appium:noReset':true", KEY).answered());
    lab.delete(busy);
    first.answered();
    assertRefused(lab.newSession("'appium:noReset':true", KEY).answered());
  }

  private static void assertRefused(Answered answered) {
    assertThat(answered.status()).isEqualTo(400);
    assertThat(answered.error()).isEqualTo("invalid argument");
    assertThat(answered.message()).contains("X-Idempotency-Key");
  }

  @Test
  void aRepeatAfterTheFirstConnectionWentIsServed() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("", KEY);
    lab.untilWaiting(1);
    first.leave();
    lab.untilWaiting(0);
    Asked repeat = lab.newSession("", KEY);
    lab.untilWaiting(1);
    lab.delete(busy);
    assertThat(repeat.answered().sessionId()).isNotEmpty();
  }

  @Test
  void aKeyIsFreeForAnotherBodyWhenNobodyWaitsWithIt() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("", KEY);
    lab.untilWaiting(1);
    first.leave();
    lab.untilWaiting(0);
    lab.delete(busy);
    assertThat(lab.newSession("'appium:noReset':true", KEY).answered().status()).isEqualTo(200);
  }

  @Test
  void oneOfTwoMayLeave() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("newSession", Map.of("progressInterval", "100ms")));
    String busy = lab.session("");
    Asked first = lab.newSession("", KEY);
    lab.untilWaiting(1);
    Asked second = lab.newSession(PROGRESS, "X-Idempotency-Key: 5e");
    lab.untilWaiting(2);
    Asked third = lab.newSession(PROGRESS, "X-Idempotency-Key: 5e");
    third.wire().untilReadable();
    second.leave();
    lab.delete(busy);
    String session = first.answered().sessionId();
    lab.delete(session);
    assertThat(third.answered().sessionId()).isNotEmpty().isNotEqualTo(session);
  }

  @Test
  void theAnswerIsKeptForWhoLeftBeforeReadingIt() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of());
    Asked[] first = new Asked[1];
    var sent = new CompletableFuture<Void>();
    lab.recorder()
        .whenTold(
            line -> {
              if (line.equals("published")) {
                sent.join();
                resets(first[0]);
              }
            });
    first[0] = lab.newSession("", KEY);
    sent.complete(null);
    Lab.until("created", () -> lab.recorder().last().contains("created"));
    Answered again = lab.newSession("", KEY).answered();
    assertThat(lab.command(again.sessionId()).status()).isEqualTo(200);
  }

  private static void resets(Asked asked) {
    try {
      asked.wire().reset();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRepeatRightAfterItsConnectionWentKeepsItsPlace() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("'appium:noReset':true");
    lab.untilWaiting(1);
    Asked other = lab.newSession("");
    lab.untilWaiting(2);
    first.leave();
    lab.untilWaiting(1);
    Asked repeat = lab.newSession("'appium:noReset':true");
    lab.untilWaiting(2);
    lab.delete(busy);
    String session = repeat.answered().sessionId();
    assertThat(lab.server().distributor().queueLength()).isEqualTo(1);
    lab.delete(session);
    assertThat(other.answered().sessionId()).isNotEmpty();
  }

  @Test
  void somebodyElseDoesNotTakeThePlace() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.newSession("'appium:noReset':true");
    lab.untilWaiting(1);
    Asked other = lab.newSession("");
    lab.untilWaiting(2);
    first.leave();
    lab.untilWaiting(1);
    Asked late = lab.newSession("'appium:noReset':false");
    lab.untilWaiting(2);
    lab.delete(busy);
    String session = other.answered().sessionId();
    lab.delete(session);
    assertThat(late.answered().sessionId()).isNotEmpty();
  }
}
