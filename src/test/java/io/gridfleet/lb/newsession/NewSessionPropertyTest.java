package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.lab.StoreLink;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Properties of every schedule of requests, failures and clients that leave, on a virtual clock.
 */
final class NewSessionPropertyTest {
  private static final Set<String> BOTH = Set.of("ranked", "random");
  private static final Set<String> RANKED = Set.of("ranked");

  @Property(tries = 2000)
  void everyScheduleEndsWell(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int phones) {
    RandomDay day = new RandomDay(seed, phones, new Random(seed), BOTH);
    day.live(() -> assertThat(day.waitingInVain()).isEmpty());
    day.evening();
    assertThat(day.lab.nodes.mostAtOnce()).as("sessions on one device").isLessThanOrEqualTo(1);
    for (RandomDay.Asked request : day.asked()) {
      assertThat(day.answers(request))
          .as("answers to %s", request.id())
          .hasSizeLessThanOrEqualTo(1);
      assertThat(day.left(request) || day.answers(request).size() == 1)
          .as("%s is answered", request.id())
          .isTrue();
      assertThat(day.answers(request))
          .as("the time of %s", request.id())
          .allMatch(took -> took.compareTo(request.bound()) <= 0);
    }
    nothingIsLeft(day.lab);
    onlyDevicesThatFailedAreAvoided(day.lab);
  }

  /** With a store's latency and lost answers, all resources are given back. */
  @Property(tries = 1000)
  void everyScheduleEndsWellThoughTheStoreIsSlowAndLosesAnswers(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 6) int phones,
      @ForAll @IntRange(min = 5, max = 50) int lossEvery) {
    RandomDay day = new RandomDay(seed, phones, new Random(seed), BOTH);
    day.slowStore(lossEvery);
    day.live(() -> {});
    day.lab.link.fates(() -> StoreLink.Fate.ARRIVES);
    day.evening();
    assertThat(day.lab.nodes.mostAtOnce()).as("sessions on one device").isLessThanOrEqualTo(1);
    for (RandomDay.Asked request : day.asked()) {
      assertThat(day.answers(request))
          .as("answers to %s", request.id())
          .hasSizeLessThanOrEqualTo(1);
      assertThat(day.left(request) || day.answers(request).size() == 1)
          .as("%s is answered", request.id())
          .isTrue();
    }
    nothingIsLeft(day.lab);
    assertThat(day.lab.flow.unsettled()).isZero();
    assertThat(day.lab.sessions.live().toCompletableFuture().join()).isEmpty();
    assertThat(day.lab.distributor.states()).allMatch(device -> device.locks().isEmpty());
  }

  private static void nothingIsLeft(NewSessionLab lab) {
    assertThat(lab.distributor.queueLength()).isZero();
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
    assertThat(lab.nodes.running()).isZero();
  }

  private static void onlyDevicesThatFailedAreAvoided(NewSessionLab lab) {
    for (AvoidedDevice avoided : lab.avoided.all().toCompletableFuture().join()) {
      assertThat(avoided.cause()).doesNotContain(ScriptedNodes.REQUESTS_FAULT);
      assertThat(lab.nodes.everFailed()).extracting(DeviceId::of).contains(avoided.device());
    }
  }

  @Property(tries = 500)
  void rankedIsReproducible(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int phones, @ForAll long otherDice) {
    assertThat(attempts(seed, phones, otherDice, RANKED))
        .isEqualTo(attempts(seed, phones, ~otherDice, RANKED));
  }

  @Example
  void randomSpreadsAndRankedDoesNot() {
    assertThat(devicesOf(60, "random")).hasSize(6);
    assertThat(devicesOf(60, "ranked")).hasSize(1);
  }

  /** The devices that so many sessions get, one after another, where six are free. */
  private static Set<String> devicesOf(int sessions, String strategy) {
    Set<String> devices = new HashSet<>();
    NewSessionLab lab =
        new NewSessionLab(
            new Random(6),
            new NewSessionListener() {
              @Override
              public void attempted(NewSessionRequest request, Device device) {
                devices.add(device.name());
              }
            });
    lab.fleet(6);
    for (int i = 0; i < sessions; i++) {
      NewSessionState state = lab.ask(Map.of("gridfleet:deviceStrategy", strategy));
      lab.time.pass(Duration.ofSeconds(1));
      lab.end(state);
      lab.time.pass(Duration.ofSeconds(1));
    }
    return devices;
  }

  private static List<String> attempts(long seed, int phones, long dice, Set<String> strategies) {
    RandomDay day = new RandomDay(seed, phones, new Random(dice), strategies);
    day.live(() -> {});
    return day.attempts();
  }
}
