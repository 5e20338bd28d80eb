package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a person reads who got no device. */
final class RefusalTextTest {
  private final StoryLab lab = new StoryLab(new Random(1), new NewSessionListener() {});

  @Test
  void ofManyLocksTheLongestIsTold() {
    lab.fleet(3);
    session("phone-2", Duration.ofMinutes(3));
    session("phone-0", Duration.ofSeconds(50));
    session("phone-1", Duration.ofSeconds(50));

    assertThat(refusal()).contains("3 devices match: 3 locked (longest for 4 min, ");
  }

  @Test
  void everyReasonIsCountedAndTold() {
    lab.fleet(3);
    session("phone-0", Duration.ofSeconds(5));
    lab.news.node(StoryLab.phone("phone-1", "iOS").node().id(), Optional.of("no answer in time"));
    lab.news.maintenance(StoryLab.phone("phone-2", "Android").id(), Optional.of("new screen"));

    assertThat(refusal())
        .contains(
            "3 devices match: 1 maintenance (new screen), 1 offline (no answer in time), "
                + "1 locked (for 6 s, ")
        .contains("\"inhibitors\":{\"maintenance\":1,\"offline\":1,\"locked\":1}");
  }

  private void session(String phone, Duration pause) {
    lab.ask(Map.of("appium:udid", phone));
    lab.time.pass(pause);
  }

  private String refusal() {
    Story story = lab.ask(Map.of("gridfleet:waitForDeviceOnlineTimeout", 1));
    lab.time.pass(Duration.ofSeconds(2));
    return new String(story.answer().join().body(), StandardCharsets.UTF_8);
  }
}
