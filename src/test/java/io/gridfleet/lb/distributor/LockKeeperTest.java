package io.gridfleet.lb.distributor;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.DeviceLocks.RemoteWaiters;
import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.device.LockResult;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.lab.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** A lock is reported as lost only if it was taken away, however late the store answers. */
final class LockKeeperTest {
  private static final Duration EXPIRY = Duration.ofSeconds(30);
  private static final Quota QUOTA = new Quota("tenant", OptionalInt.empty());

  private final VirtualTime time = new VirtualTime();
  private final FakeDeviceLocks store = new FakeDeviceLocks(time);
  private final Logger logger = (Logger) LoggerFactory.getLogger(LockKeeper.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Random random = new Random(1);

  private final LockKeeper keeper =
      new LockKeeper(new SlowLocks(store, time, this::latency), EXPIRY, time::nanoTime);

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void endListening() {
    logger.detachAppender(log);
  }

  /** Requests to a store with several connections overtake each other. */
  private long latency() {
    return TimeUnit.MILLISECONDS.toNanos(random.nextInt(400));
  }

  @Test
  void aLockThatIsTakenAwayIsReportedOnceAndNotHeldAnyMore() {
    DeviceLock lock = locked("a");
    keeper.keep(lock);
    store.free(lock);
    keeper.renew();
    time.pass(Duration.ofSeconds(1));
    keeper.renew();
    time.pass(Duration.ofSeconds(1));

    assertThat(warnings()).containsExactly("the lock on device " + lock.device() + " was lost");
    assertThat(keeper.surelyHolds(lock)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aLockThatIsReleasedWhileItIsRenewedIsNotLost(long seed) {
    random = new Random(seed);
    List<DeviceLock> held = new ArrayList<>();
    for (int turn = 0; turn < 300; turn++) {
      if (held.size() < 20) {
        DeviceLock lock = locked("phone-" + turn);
        keeper.keep(lock);
        held.add(lock);
      } else {
        DeviceLock lock = held.remove(random.nextInt(held.size()));
        assertThat(keeper.surelyHolds(lock)).isTrue();
        CompletableFuture<Boolean> freed = keeper.release(lock).toCompletableFuture();
        time.pass(Duration.ofMillis(random.nextInt(100)));
        assertThat(freed.getNow(true)).isTrue();
      }
      if (random.nextInt(5) == 0) {
        keeper.renew();
      }
      time.pass(Duration.ofMillis(random.nextInt(50)));
    }
    time.pass(Duration.ofSeconds(2));

    assertThat(warnings()).isEmpty();
  }

  private DeviceLock locked(String name) {
    Device phone = new FakeWire(time).phone(name);
    CompletableFuture<LockResult> result =
        keeper
            .tryLock(phone, request(name), Optional.empty(), RemoteWaiters.NONE)
            .toCompletableFuture();
    time.pass(Duration.ofSeconds(1));
    return ((LockResult.Taken) result.join()).lock();
  }

  private PlacementRequest request(String name) {
    return new PlacementRequest(
        name,
        List.of(),
        new PlacementRequest.QueuePosition(0, time.instant(), 0),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        QUOTA);
  }

  private List<String> warnings() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
