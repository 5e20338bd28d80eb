package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.webdriver.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes whose answer to a creation is neither an error nor a usable session. */
final class AnswersWithoutSessionTest {
  private static final Map<String, Object> ONCE =
      Map.of("platformName", "Android", "gridfleet:retryNewSessionFailure", false);

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});

  @BeforeEach
  void onePhone() {
    lab.fleet(1);
  }

  private String refusal(Map<String, Object> capabilities) {
    NewSessionState state = lab.ask(capabilities);
    lab.time.pass(Duration.ofMinutes(1));
    NewSessionAnswer answer = state.answer().join();
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.status()).as(text).isEqualTo(500);
    assertThat(text).contains("\"session not created\"").contains("node-phone-0");
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.flow.unsettled()).isZero();
    return text;
  }

  @Test
  void aSessionWhoseIdCanNotBeUsedIsRefusedAndDeleted() {
    lab.nodes.creates("a/b");

    assertThat(refusal(ONCE)).contains("its session id can't be used: a/b");
    assertThat(lab.nodes.running()).isZero();
  }

  @Test
  void itIsDeletedBeforeItsDeviceIsTriedAgainAsWell() {
    lab.nodes.creates("a/b");

    refusal(Map.of("platformName", "Android", "gridfleet:waitForDeviceOnlineTimeout", 5));
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.nodes.mostAtOnce()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 301, 307, 399})
  void aStatusThatIsNoErrorIsNotPassedOn(int status) {
    lab.nodes.answers(status, new byte[0]);

    assertThat(refusal(ONCE)).contains("answered with HTTP status " + status);
  }

  @Test
  void anErrorInALegacyAnswerIsOneForItsClient() {
    byte[] legacy = Json.bytes(Map.of("status", 33, "value", Map.of("message", "no emulator")));
    lab.nodes.answers(200, legacy);

    assertThat(refusal(ONCE)).contains("no emulator");
  }
}
