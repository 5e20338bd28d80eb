package io.gridfleet.lb.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.FakeDeviceLocks;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.lab.VirtualTime;
import io.gridfleet.lb.session.SessionActivity;
import io.gridfleet.lb.session.SessionMap;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LiveSessionsTest {
  /** A store that refuses a call at once, as one whose queue is full, and then one that fails. */
  @Test
  void theyAreReadUntilTheStoreAnswers() {
    VirtualTime time = new VirtualTime();
    AtomicInteger calls = new AtomicInteger();
    SessionMap store =
        (SessionMap)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SessionMap.class},
                (proxy, method, arguments) -> {
                  if (calls.incrementAndGet() <= 2) {
                    throw new IllegalStateException("refused");
                  }
                  return calls.get() == 3
                      ? CompletableFuture.failedFuture(new IllegalStateException("failed"))
                      : CompletableFuture.completedFuture(List.of());
                });
    LockKeeper keeper =
        new LockKeeper(new FakeDeviceLocks(time), Duration.ofSeconds(30), time::nanoTime);
    LiveSessions live =
        new LiveSessions(
            store,
            new FleetUpdates(new Distributor(keeper, time, time)),
            new SessionActivity(time::nanoTime),
            time);

    assertThat(live.resume()).isCompleted();
    time.pass(Duration.ofMinutes(1));

    assertThat(calls).hasValue(4);
    assertThat(time.scheduled()).isZero();
  }
}
