package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.newsession.ScriptedNodes.Luck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that failed is avoided for ten minutes. */
final class AvoidanceEndsTest {
  private static final Duration A_SECOND = Duration.ofSeconds(1);
  private static final String BAD = "phone-0";

  private final List<String> tried = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final NewSessionLab lab =
      new NewSessionLab(
          new Random(4),
          new NewSessionListener() {
            @Override
            public void attempted(NewSessionRequest request, Device device) {
              tried.add(device.name());
            }

            @Override
            public void avoidanceChanged(Device device, Optional<AvoidedDevice> now) {
              told.add(device.name() + now.map(it -> " until " + it.until()).orElse(" no more"));
            }
          });

  @BeforeEach
  void onePhoneFails() {
    lab.fleet(2);
    fails();
  }

  private void fails() {
    lab.nodes.always(Luck.REFUSES_CONNECTIONS);
    lab.ask(Map.of("appium:udid", BAD));
    lab.time.pass(A_SECOND);
    lab.nodes.always(Luck.CREATES);
  }

  private Set<String> devicesOf(int sessions) {
    tried.clear();
    for (int i = 0; i < sessions; i++) {
      NewSessionState state = lab.ask(Map.of("gridfleet:deviceStrategy", "random"));
      lab.time.pass(A_SECOND);
      lab.end(state);
      lab.time.pass(A_SECOND);
    }
    return new HashSet<>(tried);
  }

  @Test
  void forTenMinutesItIsTheLastChoice() {
    assertThat(devicesOf(40)).containsExactly("phone-1");
    lab.time.pass(NewSessionLab.AVOID_FOR.minusSeconds(90));
    assertThat(devicesOf(1)).containsExactly("phone-1");
    assertThat(told).hasSize(1).first().asString().startsWith(BAD + " until ");

    lab.time.pass(Duration.ofSeconds(10));

    assertThat(told).last().isEqualTo(BAD + " no more");
    assertThat(devicesOf(40)).containsExactlyInAnyOrder(BAD, "phone-1");
  }

  @Test
  void theStoreIsAskedToEndOnlyAKnownAvoidance() {
    lab.ask(Map.of("appium:udid", "phone-1"));
    lab.time.pass(A_SECOND);
    assertThat(lab.avoided.endings()).isZero();

    lab.ask(Map.of("appium:udid", BAD));
    lab.time.pass(A_SECOND);

    assertThat(lab.avoided.endings()).isEqualTo(1);
  }

  /** The signal of another replica comes after the success. */
  @Test
  void anAvoidanceThatAnotherReplicaRecordedBeforeASuccessHereEndsWithItsSignal() {
    lab.ask(Map.of("appium:udid", "phone-1"));
    lab.time.pass(A_SECOND);
    Device phone = lab.inventory.named("phone-1").orElseThrow();
    Device other = lab.inventory.named(BAD).orElseThrow();
    Instant end = lab.time.instant().plus(NewSessionLab.AVOID_FOR);

    lab.avoidance.beganElsewhere(phone, end);
    lab.avoidance.beganElsewhere(other, end.minusSeconds(10));
    lab.time.pass(A_SECOND);
    assertThat(lab.avoided.endings()).isZero();

    lab.avoidance.beganElsewhere(phone, end.minusSeconds(10));
    lab.time.pass(A_SECOND);
    assertThat(lab.avoided.endings()).isEqualTo(1);
  }

  @Test
  void requestsDoNotWaitForTheEndOfAnAvoidance() {
    lab.ask(Map.of("appium:udid", "phone-1"));
    NewSessionState last = lab.ask(Map.of());
    lab.time.pass(A_SECOND);

    assertThat(last.answer().join().status()).isEqualTo(200);
  }

  @Test
  void aSecondFailureBeginsTheTimeAnew() {
    lab.time.pass(NewSessionLab.AVOID_FOR.dividedBy(2));
    fails();
    lab.time.pass(NewSessionLab.AVOID_FOR.minusSeconds(5));

    assertThat(told).hasSize(2).allMatch(line -> line.startsWith(BAD + " until "));
    assertThat(devicesOf(1)).containsExactly("phone-1");

    lab.time.pass(A_SECOND.multipliedBy(5));

    assertThat(told).hasSize(3).last().isEqualTo(BAD + " no more");
  }

  @Test
  void anotherReplicaMayProlongIt() {
    lab.time.pass(NewSessionLab.AVOID_FOR.dividedBy(2));
    lab.avoided
        .avoid(DeviceId.of(BAD), NewSessionLab.AVOID_FOR, "failed there")
        .thenAccept(lab.news::avoided);
    lab.time.pass(NewSessionLab.AVOID_FOR.minusSeconds(10));

    assertThat(told).hasSize(1);
    assertThat(devicesOf(1)).containsExactly("phone-1");

    lab.time.pass(Duration.ofSeconds(12));

    assertThat(told).hasSize(2).last().isEqualTo(BAD + " no more");
  }

  @Test
  void itsEndIsReportedWhenTheStoreCanBeReadAgain() {
    lab.avoided.unreadable(true);
    lab.time.pass(NewSessionLab.AVOID_FOR.plusMinutes(1));
    assertThat(told).hasSize(1);

    lab.avoided.unreadable(false);
    lab.time.pass(Duration.ofSeconds(15));

    assertThat(told).hasSize(2).last().isEqualTo(BAD + " no more");
    lab.time.pass(NewSessionLab.AVOID_FOR);
    assertThat(told).hasSize(2);
  }

  @Test
  void aSuccessEndsItAndIsReportedOnce() {
    NewSessionState state = lab.ask(Map.of("appium:udid", BAD));
    lab.time.pass(A_SECOND);
    lab.end(state);

    assertThat(told).hasSize(2).last().isEqualTo(BAD + " no more");
    lab.time.pass(NewSessionLab.AVOID_FOR);
    assertThat(told).hasSize(2);
    assertThat(devicesOf(40)).hasSize(2);
  }
}
