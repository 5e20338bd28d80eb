package io.gridfleet.lb.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class that leaks network buffers. Netty reports a leak when a buffer is allocated
 * after the lost one was collected, so both are provoked here; {@link EachLeak} has it track all of
 * them.
 *
 * <p>With the configuration parameter {@value #ONCE} nothing is provoked after a class: classes run
 * at once, a collection stops all of them, and whoever started them checks after the last one.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  public static final String ONCE = "gridfleet.leak-check.once";

  /** More than enough for the references that one collection cleared to be queued. */
  private static final Duration QUEUED = Duration.ofSeconds(10);

  /** Looks after the first reference of that collection was queued. */
  private static final int ROUNDS = 5;

  private static final long BETWEEN_ROUNDS = Duration.ofMillis(10).toNanos();

  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @Override
  public void beforeAll(ExtensionContext context) {
    listen();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    boolean once = context.getConfigurationParameter(ONCE, Boolean::valueOf).orElse(false);
    List<String> leaks = once ? reported() : leaks();
    stopListening();
    assertThat(leaks).as("leaked buffers").isEmpty();
  }

  void listen() {
    appender.start();
    logger().addAppender(appender);
  }

  void stopListening() {
    logger().detachAppender(appender);
  }

  List<String> leaks() {
    collect();
    for (int round = 0; round < ROUNDS; round++) {
      PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
      PooledByteBufAllocator.DEFAULT.heapBuffer(16).release();
      LockSupport.parkNanos(BETWEEN_ROUNDS);
    }
    return reported();
  }

  /** Collects once; returns when the JVM queues the references that this cleared. */
  private static void collect() {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    WeakReference<Object> lost = new WeakReference<>(new Object(), queue);
    System.gc();
    await().atMost(QUEUED).pollInterval(Duration.ofMillis(1)).until(() -> queue.poll() == lost);
  }

  private List<String> reported() {
    return List.copyOf(appender.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(text -> text.startsWith("LEAK"))
        .toList();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  }
}
