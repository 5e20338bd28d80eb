package io.gridfleet.lb.store.sql;

import static io.gridfleet.lb.store.Facts.now;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.session.EndCause;
import io.gridfleet.lb.session.EndReason;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.store.Facts;
import io.gridfleet.lb.store.StoreKind;
import io.gridfleet.lb.store.StoreListener;
import io.gridfleet.lb.store.StoreUnavailableException;
import io.gridfleet.lb.store.replica.StoreClock;
import io.gridfleet.lb.store.signal.StoreSignals;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes of an outage that a reachable store refuses to write. */
final class DeferredWritesTest {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration MAX_PAUSE = Duration.ofMinutes(5);
  private static final int MAX = 100_000;
  private static final int MAX_REFUSED = 10_000;
  private static final int MAX_REPEATED = 50;

  private static final StoreSignals SIGNALS =
      new StoreSignals("test", new StoreClock(InstantSource.system()), false);

  private final SqlStore store = StoreKind.SQLITE_MEMORY.open();
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final AtomicInteger dropped = new AtomicInteger();
  private final DeferredWrites writes =
      new DeferredWrites(
          new StoreListener() {
            @Override
            public void deferredWriteDropped() {
              dropped.incrementAndGet();
            }
          },
          nanos::get,
          SIGNALS);

  @AfterEach
  void close() {
    store.close();
  }

  private void refuse() {
    store
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "CREATE TRIGGER refuse BEFORE UPDATE ON device_locks"
                        + " WHEN OLD.holder LIKE 'bad%' AND NEW.holder IS NULL"
                        + " BEGIN SELECT RAISE(ABORT, 'refused'); END"));
  }

  private void refuseNoMore() {
    store.jdbi().useHandle(handle -> handle.execute("DROP TRIGGER refuse"));
  }

  private DeviceLock lock(String holder) {
    return now(store.deviceLocks().tryLock(Facts.device(), 1, holder, Facts.MINUTE)).orElseThrow();
  }

  /** A release that the store didn't execute, because it couldn't be reached. */
  private void defer(DeviceLock lock) {
    defer(writes, new DeferredWrites.Release(lock));
  }

  private static void defer(DeferredWrites to, DeferredWrites.Deferred record) {
    to.unlessWritten(
        CompletableFuture.failedFuture(new StoreUnavailableException("as configured", null)),
        record);
  }

  private void write() {
    writes.write(store.jdbi());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private List<String> holders() {
    return now(store.deviceLocks().held()).stream().map(each -> each.lock().holder()).toList();
  }

  @Test
  void aRefusedRecordIsRepeatedWithGrowingPausesUntilItIsWritten() {
    refuse();
    DeviceLock bad = lock("bad");
    defer(bad);
    assertThat(writes.isDue()).isTrue();
    write();
    Duration pause = FIRST_PAUSE;
    for (int refusals = 1; refusals < 20; refusals++) {
      assertThat(writes.size()).as("records after %d refusals", refusals).isEqualTo(1);
      assertThat(writes.isDue()).isFalse();
      pass(pause.minusNanos(1));
      assertThat(writes.isDue()).as("before %s", pause).isFalse();
      pass(Duration.ofNanos(1));
      assertThat(writes.isDue()).as("after %s", pause).isTrue();
      write();
      pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) > 0 ? MAX_PAUSE : pause.multipliedBy(2);
    }
    refuseNoMore();
    write();
    assertThat(holders()).as("not due").containsExactly("bad");

    pass(MAX_PAUSE);
    write();

    assertThat(holders()).isEmpty();
    assertThat(writes.size()).isZero();
    assertThat(writes.isDue()).isFalse();
    assertThat(dropped).hasValue(0);
  }

  @Test
  void aRefusedRecordIsKeptOnceAndDelaysNoOther() {
    refuse();
    DeviceLock bad = lock("bad");
    defer(bad);
    write();
    defer(bad);
    assertThat(writes.size()).isEqualTo(1);
    lock("good");
    DeviceLock better = lock("better");
    defer(better);
    defer(bad);
    assertThat(writes.isDue()).isTrue();

    write();

    assertThat(holders()).containsExactlyInAnyOrder("bad", "good");
    assertThat(writes.size()).isEqualTo(1);
  }

  @Test
  void refusedRecordsAreRepeatedAFewAtATime() {
    refuse();
    for (int i = 0; i < 3 * MAX_REPEATED; i++) {
      defer(lock("bad" + i));
    }
    write();
    refuseNoMore();
    pass(FIRST_PAUSE);

    write();
    assertThat(writes.size()).isEqualTo(2 * MAX_REPEATED);
    assertThat(writes.isDue()).isTrue();
    write();
    write();

    assertThat(writes.size()).isZero();
  }

  @Test
  void moreRefusedRecordsThanAreKeptAreDroppedAndCounted() {
    refuse();
    DeviceLock bad = lock("bad");
    for (int i = 0; i < MAX_REFUSED + 3; i++) {
      defer(new DeviceLock(bad.device(), bad.slot(), "holder" + i, bad.token()));
    }

    write();

    assertThat(writes.size()).isEqualTo(MAX_REFUSED);
    assertThat(dropped).hasValue(3);
    lock("good");
    defer(lock("better"));
    write();
    assertThat(holders()).as("room for others").containsExactlyInAnyOrder("bad", "good");
  }

  @Test
  void moreRecordsThanAreKeptAreDroppedAndCounted() {
    for (int i = 0; i < MAX + 2; i++) {
      defer(new DeviceLock(DeviceId.of("d"), 0, "holder", i));
    }

    assertThat(writes.size()).isEqualTo(MAX);
    assertThat(dropped).hasValue(2);
  }

  @Test
  void theOneThatIsDueFirstIsRepeatedFirstAlsoWhenTheClockOverflows() {
    nanos.set(Long.MAX_VALUE - FIRST_PAUSE.toNanos() - 10);
    refuse();
    defer(lock("bad first"));
    write();
    pass(Duration.ofNanos(20));
    defer(lock("bad second"));
    write();
    refuseNoMore();

    pass(FIRST_PAUSE.minusNanos(20));
    assertThat(writes.isDue()).isTrue();
    write();
    assertThat(holders()).containsExactly("bad second");
    pass(Duration.ofNanos(20));
    write();
    assertThat(holders()).isEmpty();
  }

  @Test
  void anUnreachableStoreDropsNothing() {
    refuse();
    defer(lock("bad"));
    write();
    pass(FIRST_PAUSE);
    isNotWrittenTo(10);
    assertThat(writes.size()).isEqualTo(1);
    defer(lock("good"));
    isNotWrittenTo(10);
    assertThat(writes.size()).isEqualTo(2);
    refuseNoMore();

    write();

    assertThat(holders()).isEmpty();
    assertThat(writes.size()).isZero();
    assertThat(dropped).hasValue(0);
  }

  /** The first writer is slower than the stop of the process waits for it. */
  @Test
  void aSecondWriterDropsNoRecord() throws Exception {
    CountDownLatch written = new CountDownLatch(1);
    CompletableFuture<Void> goesOn = new CompletableFuture<>();
    DeferredWrites shared =
        new DeferredWrites(
            new StoreListener() {
              @Override
              public void deferredEndWritten(Session session, EndCause cause) {
                written.countDown();
                goesOn.join();
              }
            },
            nanos::get,
            SIGNALS);
    Session session = Facts.session(lock("session"));
    now(store.sessionMap().publish(session));
    defer(
        shared,
        new DeferredWrites.End(
            session.id(), EndCause.of(EndReason.CLIENT_DELETED), System.nanoTime()));
    Thread first = new Thread(() -> shared.write(store.jdbi()), "first writer");
    first.start();
    written.await();

    shared.write(store.jdbi());
    defer(shared, new DeferredWrites.Release(lock("later")));
    goesOn.complete(null);
    first.join();
    assertThat(shared.size()).isEqualTo(1);
    shared.write(store.jdbi());

    assertThat(holders()).doesNotContain("later");
    assertThat(shared.size()).isZero();
  }

  private void isNotWrittenTo(int times) {
    Jdbi unreachable =
        Jdbi.create(
            () -> {
              throw new SQLNonTransientConnectionException("as configured");
            });
    for (int i = 0; i < times; i++) {
      assertThatThrownBy(() -> writes.write(unreachable))
          .isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(writes.isDue()).isTrue();
  }
}
