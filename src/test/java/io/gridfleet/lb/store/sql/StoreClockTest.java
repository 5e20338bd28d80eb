package io.gridfleet.lb.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.store.StoreConfig;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.replica.Replicas;
import io.gridfleet.lb.store.replica.StoreClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas whose clocks differ by a minute convert an instant alike. */
final class StoreClockTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private SqlStore store;

  @AfterEach
  void close() {
    if (store != null) {
      store.close();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-60, 0, 60})
  void aDeviceIsAvoidedForItsTimeByTheClockOfWhoReads(long seconds) throws Exception {
    InstantSource own = InstantSource.offset(InstantSource.system(), Duration.ofSeconds(seconds));
    StoreConfig config = StoreConfig.at(StoreKind.POSTGRESQL.emptyDatabase());
    store = SqlStore.open(config, StoreListener.SILENT, own);
    Duration howLong = Duration.ofSeconds(30);

    Instant begun = own.instant();
    AvoidedDevice stored =
        store
            .avoidedDevices()
            .avoid(new DeviceId("phone"), howLong, "failed")
            .toCompletableFuture()
            .join();

    assertThat(stored.until()).isCloseTo(begun.plus(howLong), within(5, ChronoUnit.SECONDS));
    assertThat(store.avoidedDevices().all().toCompletableFuture().join()).containsExactly(stored);
    assertThat(store.time().instant()).isCloseTo(Instant.now(), within(5, ChronoUnit.SECONDS));
    assertThat(store.toOwnTime(Instant.now()))
        .isCloseTo(own.instant(), within(5, ChronoUnit.SECONDS));
  }

  @Test
  void theStoresClockIsReadAtEachBeat() {
    InstantSource slow = InstantSource.offset(InstantSource.system(), MINUTE.negated());
    StoreClock clock = new StoreClock(slow);
    store = StoreKind.POSTGRESQL.open();

    store.jdbi().useHandle(handle -> new Replicas(null, "me", clock).beat(handle));

    assertThat(clock.toStore(slow.instant()))
        .isCloseTo(Instant.now(), within(2, ChronoUnit.SECONDS));
  }
}
