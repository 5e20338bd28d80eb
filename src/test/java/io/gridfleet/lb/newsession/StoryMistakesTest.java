package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.session.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A mistake of ours in a chapter costs its client an error, and nobody a device. */
final class StoryMistakesTest {
  private static final Map<String, Object> ANY = Map.of("platformName", "Android");

  private static StoryLab lab(NewSessionListener listener) {
    StoryLab lab = new StoryLab(new Random(1), listener);
    lab.fleet(1);
    return lab;
  }

  private static void isAnsweredAndNothingIsLeft(StoryLab lab) {
    Story story = lab.ask(ANY);
    lab.time.pass(Duration.ofSeconds(30));
    NewSessionAnswer answer = story.answer().join();
    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("unknown error");
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
    assertThat(lab.distributor.queueLength()).isZero();
  }

  @Test
  void whenADeviceWasJustLocked() {
    isAnsweredAndNothingIsLeft(
        lab(
            new NewSessionListener() {
              @Override
              public void attempted(NewSessionRequest request, Device device) {
                throw new IllegalStateException("a mistake, as told");
              }
            }));
  }

  @Test
  void whenTheSessionWasJustRecorded() {
    isAnsweredAndNothingIsLeft(
        lab(
            new NewSessionListener() {
              @Override
              public void published(NewSessionRequest request, Session session) {
                throw new IllegalStateException("a mistake, as told");
              }
            }));
  }
}
