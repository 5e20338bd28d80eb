package io.gridfleet.lb.store;

import static io.gridfleet.lb.store.Facts.MINUTE;
import static io.gridfleet.lb.store.Facts.device;
import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.AvoidedDevices;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link AvoidedDevices} promises, on every database. */
@ParameterizedClass
@MethodSource("io.gridfleet.lb.store.StoreKind#underTest")
final class AvoidedDevicesContractTest {
  private final StoreKind kind;
  private final DeviceId phone = device();
  private SqlStore store;
  private AvoidedDevices avoided;

  AvoidedDevicesContractTest(StoreKind kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    store = kind.open();
    avoided = store.avoidedDevices();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anAvoidedDeviceIsReturnedWithItsTimeAndCause() {
    AvoidedDevice stored = now(avoided.avoid(phone, MINUTE, "no answer\0 from WDA"));

    assertThat(stored.device()).isEqualTo(phone);
    assertThat(stored.cause()).isEqualTo("no answer\ufffd from WDA");
    assertThat(stored.until())
        .isCloseTo(Instant.now().plus(MINUTE), within(10, ChronoUnit.SECONDS));
    assertThat(now(avoided.all())).containsExactly(stored);
  }

  @Test
  void aLaterCallReplacesAnEarlierOne() {
    now(avoided.avoid(phone, Duration.ofHours(1), "first"));
    AvoidedDevice second = now(avoided.avoid(phone, MINUTE, "second"));

    assertThat(now(avoided.all())).containsExactly(second);
  }

  @Test
  void aForgivenDeviceIsNotAvoidedAndForgivingTwiceIsNoFault() {
    now(avoided.avoid(phone, MINUTE, "x"));

    assertThat(now(avoided.endAvoidance(phone))).isTrue();
    assertThat(now(avoided.endAvoidance(phone))).isFalse();

    assertThat(now(avoided.all())).isEmpty();
  }

  @Test
  void avoidanceEndsByItself() {
    now(avoided.avoid(phone, Duration.ofMillis(200), "x"));
    assertThat(now(avoided.all())).hasSize(1);

    await().untilAsserted(() -> assertThat(now(avoided.all())).isEmpty());
    assertThat(now(avoided.endAvoidance(phone))).as("its time was over").isFalse();
  }
}
