package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.EndSession.NodeKnows;
import io.gridfleet.lb.session.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for every schedule of requests, failures and departures, on a virtual clock. */
final class StoryPropertyTest {
  private static final Duration LONGEST_ATTEMPT = Duration.ofSeconds(120);

  @Property(tries = 2000)
  void everyScheduleEndsWell(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int phones) {
    Random luck = new Random(seed);
    StoryLab lab = new StoryLab(luck, new NewSessionListener() {});
    lab.fleet(phones);
    lab.nodes.random();
    Map<Story, Integer> answers = new HashMap<>();
    List<Story> left = new ArrayList<>();
    for (int step = 0; step < 30; step++) {
      act(lab, luck, answers, left);
      lab.time.pass(Duration.ofMillis(luck.nextInt(8_000)));
      assertThat(answers.keySet()).noneMatch(lab::waitsInVain);
    }
    quiet(lab, answers.keySet());
    assertThat(lab.nodes.mostAtOnce()).isLessThanOrEqualTo(1);
    answers.forEach(
        (story, count) -> {
          if (!left.contains(story)) {
            assertThat(count).as("answers to %s", story.request().id()).isEqualTo(1);
          }
        });
    assertThat(lab.distributor.queueLength()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
    List<AvoidedDevice> avoided = lab.avoided.all().toCompletableFuture().join();
    assertThat(avoided)
        .allMatch(
            entry ->
                lab.nodes
                    .everFailed()
                    .contains(
                        lab.inventory.device(entry.device()).orElseThrow().udid().orElseThrow()));
  }

  private static void act(
      StoryLab lab, Random luck, Map<Story, Integer> answers, List<Story> left) {
    List<Story> known = new ArrayList<>(answers.keySet());
    known.sort((one, other) -> one.request().id().compareTo(other.request().id()));
    Story any = known.isEmpty() ? null : known.get(luck.nextInt(known.size()));
    int what = luck.nextInt(10);
    if (any == null || what < 6) {
      Map<String, Object> asks = capabilities(luck);
      Story story = lab.ask(asks);
      answers.put(story, 0);
      int wait = (Integer) asks.get("gridfleet:waitForDeviceOnlineTimeout");
      long bound = LONGEST_ATTEMPT.plusSeconds(wait).toMillis();
      Instant asked = lab.time.instant();
      story
          .answer()
          .thenAccept(
              answer -> {
                answers.merge(story, 1, Integer::sum);
                assertThat(Duration.between(asked, lab.time.instant()).toMillis())
                    .isLessThanOrEqualTo(bound);
              });
    } else if (what < 8) {
      any.clientLeft();
      left.add(any);
    } else {
      end(lab, any);
    }
  }

  private static void end(StoryLab lab, Story story) {
    Session session = story.session();
    if (session != null) {
      lab.endSession.end(session.id(), EndReason.CLIENT_DELETED, NodeKnows.TELL_IT);
    }
  }

  private static Map<String, Object> capabilities(Random luck) {
    Map<String, Object> asked = new HashMap<>();
    if (luck.nextBoolean()) {
      asked.put("platformName", luck.nextBoolean() ? "android" : "IOS");
    } else if (luck.nextBoolean()) {
      asked.put("appium:udid", "phone-" + luck.nextInt(6));
    }
    asked.put("gridfleet:waitForDeviceOnlineTimeout", luck.nextInt(1, 60));
    asked.put("gridfleet:retryNewSessionFailure", luck.nextInt(4) > 0);
    asked.put("gridfleet:ignoreFailedDevices", luck.nextInt(4) > 0);
    asked.put("gridfleet:deviceStrategy", luck.nextBoolean() ? "ranked" : "random");
    asked.put("gridfleet:priority", luck.nextInt(3));
    return asked;
  }

  private static void quiet(StoryLab lab, Iterable<Story> stories) {
    lab.time.pass(Duration.ofMinutes(10));
    stories.forEach(story -> end(lab, story));
    lab.time.pass(Duration.ofMinutes(1));
  }
}
