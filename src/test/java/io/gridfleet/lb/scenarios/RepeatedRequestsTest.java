package io.gridfleet.lb.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.lab.Lab;
import io.gridfleet.lb.lab.Lab.Answered;
import io.gridfleet.lb.lab.Lab.Asked;
import io.gridfleet.lb.lab.LeakCheck;
import io.gridfleet.lb.lab.SimulatedFleet;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients repeat New Session: it stays one request (clients.md#repeated-requests). */
@ExtendWith(LeakCheck.class)
final class RepeatedRequestsTest {
  private static final String KEY = "X-Idempotency-Key: 4d7a";
  private static final String PROGRESS = "'gridfleet:newSessionRequestProgress':true";

  @RegisterExtension final Lab lab = new Lab();

  @Test
  void aRepeatJoinsTheRequestThatWaits() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.waiting("", KEY);
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
    Asked first = lab.waiting("", KEY);
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
    Asked first = lab.waiting("", KEY);
    lab.leavesTheQueue(first);
    Asked repeat = lab.waiting("", KEY);
    lab.delete(busy);
    assertThat(repeat.answered().sessionId()).isNotEmpty();
  }

  @Test
  void aKeyIsFreeForAnotherBodyWhenNoRequestWaitsWithIt() throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.waiting("", KEY);
    lab.leavesTheQueue(first);
    lab.delete(busy);
    assertThat(lab.newSession("'appium:noReset':true", KEY).answered().status()).isEqualTo(200);
  }

  @Test
  void oneOfTwoMayLeave() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of("newSession", Map.of("progressInterval", "100ms")));
    String busy = lab.session("");
    Asked first = lab.waiting("", KEY);
    Asked second = lab.waiting(PROGRESS, "X-Idempotency-Key: 5e");
    Asked third = lab.newSession(PROGRESS, "X-Idempotency-Key: 5e");
    third.wire().untilReadable();
    second.leave();
    lab.delete(busy);
    String session = first.answered().sessionId();
    lab.delete(session);
    assertThat(third.answered().sessionId()).isNotEmpty().isNotEqualTo(session);
  }

  @Test
  void theAnswerIsKeptForAClientThatLeftBeforeReadingIt() throws IOException {
    lab.start(SimulatedFleet.of(1, 1), Map.of());
    lab.resetWhenPublished(() -> lab.newSession("", KEY));
    Lab.until("created", () -> lab.recorder().last().contains("created"));
    Answered again = lab.newSession("", KEY).answered();
    assertThat(lab.command(again.sessionId()).status()).isEqualTo(200);
  }

  @Test
  void aRepeatRightAfterItsConnectionWentKeepsItsPlace() throws IOException {
    Queued queued = oneLeavesAndAThirdAsks("'appium:noReset':true");
    areServed(queued.third(), queued.other());
  }

  @Test
  void anotherRequestDoesNotTakeThePlace() throws IOException {
    Queued queued = oneLeavesAndAThirdAsks("'appium:noReset':false");
    areServed(queued.other(), queued.third());
  }

  /** The requests that remain in the queue. */
  private record Queued(Asked other, Asked third) {}

  private Queued oneLeavesAndAThirdAsks(String third) throws IOException {
    lab.start(1);
    String busy = lab.session("");
    Asked first = lab.waiting("'appium:noReset':true");
    Asked other = lab.waiting("");
    lab.leavesTheQueue(first);
    Queued queued = new Queued(other, lab.waiting(third));
    lab.delete(busy);
    return queued;
  }

  private void areServed(Asked next, Asked afterwards) throws IOException {
    String session = next.answered().sessionId();
    assertThat(lab.server().distributor().queueLength()).isEqualTo(1);
    lab.delete(session);
    assertThat(afterwards.answered().sessionId()).isNotEmpty();
  }
}
