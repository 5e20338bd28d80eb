package io.gridfleet.lb.newsession;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that was paused between its lock and its creation. */
final class FrozenReplicaTest {
  private static final DeviceId PHONE = DeviceId.of("phone-0");
  private static final Duration LONG = NewSessionLab.LOCK_EXPIRY.plusSeconds(10);

  private final NewSessionLab lab = new NewSessionLab(new Random(1), new NewSessionListener() {});

  @BeforeEach
  void onePhone() {
    lab.fleet(1);
  }

  private NewSessionState ask() {
    return lab.ask(Map.of("platformName", "Android", "gridfleet:waitForDeviceOnlineTimeout", 300));
  }

  @Test
  void itSendsNoCreationUnderAnExpiredLock() {
    NewSessionState state = ask();
    lab.time.freeze(LONG);
    DeviceLock others =
        lab.locks
            .tryLock(PHONE, 1, "another replica's", NewSessionLab.LOCK_EXPIRY)
            .toCompletableFuture()
            .join()
            .orElseThrow();

    lab.time.pass(Duration.ofSeconds(5));

    assertThat(lab.nodes.keys()).as("creations on the wire").isEmpty();
    assertThat(state.answer()).isNotDone();

    lab.locks.release(others);
    lab.time.pass(Duration.ofSeconds(5));

    assertThat(state.answer().join().status()).isEqualTo(200);
    assertThat(lab.nodes.keys())
        .as("the node may know the key of the attempt that wasn't made")
        .containsExactly(state.request().id() + "-2");
  }

  @Test
  void aShortFreezeCostsNothing() {
    NewSessionState state = ask();
    lab.time.freeze(NewSessionLab.LOCK_EXPIRY.dividedBy(2));

    lab.time.pass(Duration.ofSeconds(5));

    assertThat(state.answer().join().status()).isEqualTo(200);
    assertThat(lab.nodes.keys()).containsExactly(state.request().id() + "-1");
  }

  @Test
  void aRequestThatTimedOutMeanwhileIsExplained() {
    NewSessionState state = ask();
    lab.time.freeze(Duration.ofMinutes(6));

    lab.time.pass(Duration.ofSeconds(5));

    assertThat(lab.nodes.keys()).isEmpty();
    NewSessionAnswer answer = state.answer().join();
    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8))
        .contains("the lock expired before the node was asked");
    assertThat(lab.locks.held().toCompletableFuture().join()).isEmpty();
  }
}
