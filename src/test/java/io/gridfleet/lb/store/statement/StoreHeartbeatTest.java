package io.gridfleet.lb.store.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.store.StoreListener;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The end of the heartbeat's thread. */
final class StoreHeartbeatTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Logger logger = (Logger) LoggerFactory.getLogger(StoreHeartbeat.class);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final StoreHealth health = new StoreHealth(StoreListener.SILENT);

  @BeforeEach
  void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @AfterEach
  void ignore() {
    logger.detachAppender(logged);
  }

  /** A heartbeat with deferred writes, and nothing else to do. */
  private interface BeatOnly extends Statements.HeartbeatTasks {
    @Override
    default boolean owes() {
      return true;
    }

    @Override
    default void writeDeferred() {}

    @Override
    default void maintain() {}

    @Override
    default void forgetConnections() {}
  }

  /**
   * What waits for a connection, as a pool does: until it is there or its thread is interrupted.
   */
  private static final class WaitsForAConnection implements BeatOnly {
    final CountDownLatch waiting = new CountDownLatch(1);
    final AtomicReference<Thread> thread = new AtomicReference<>();

    @Override
    public void beat() {
      thread.set(Thread.currentThread());
      waiting.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(
            new SQLException("store - Interrupted during connection acquisition", e));
      }
    }
  }

  @Test
  void aHeartbeatThatIsInterruptedByTheStopIsNoFailure() throws Exception {
    WaitsForAConnection work = new WaitsForAConnection();
    StoreHeartbeat heartbeat = new StoreHeartbeat(health, work);
    heartbeat.start();
    work.waiting.await();

    heartbeat.close();

    await().atMost(SOON).until(() -> !work.thread.get().isAlive());
    assertThat(logged.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    assertThat(health.up()).isTrue();
  }

  @Test
  void aHeartbeatThatFailsWhileTheStoreRunsIsLogged() {
    StoreHeartbeat heartbeat =
        new StoreHeartbeat(
            health,
            (BeatOnly)
                () -> {
                  throw new IllegalStateException(new SQLException("no such table", "42P01"));
                });
    heartbeat.start();

    await()
        .atMost(SOON)
        .until(() -> logged.list.stream().anyMatch(event -> event.getLevel() == Level.ERROR));
    heartbeat.close();
  }
}
