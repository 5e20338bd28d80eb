package io.gridfleet.lb.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.app.LogConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that can cause a log line can't fill the log with it. */
final class RepeatLimitTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final LoggerContext context = context();
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final RepeatLimit limit = new RepeatLimit(written, nanos::get);
  private final Logger log = context.getLogger("io.gridfleet.Test");

  RepeatLimitTest() {
    written.setContext(context);
    written.start();
    limit.setContext(context);
    limit.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(limit);
  }

  private static LoggerContext context() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    return context;
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void aFloodIsABurstAndOneLineWithItsCount() {
    for (int i = 0; i < 10_000; i++) {
      log.warn("the key {} is refused", i);
    }
    assertThat(lines()).hasSize(RepeatLimit.BURST).contains("the key 0 is refused");
    pass(RepeatLimit.WINDOW);
    log.info("something else");

    assertThat(lines())
        .hasSize(RepeatLimit.BURST + 2)
        .endsWith("left out 9900 times in 10 s: the key {} is refused", "something else");
    assertThat(written.list.get(RepeatLimit.BURST).getLevel()).isEqualTo(Level.WARN);
    assertThat(written.list.get(RepeatLimit.BURST).getLoggerName()).isEqualTo(log.getName());
  }

  @Test
  void afterItsWindowAKindPassesAgain() {
    for (int i = 0; i < RepeatLimit.BURST + 1; i++) {
      log.warn("again");
    }
    pass(RepeatLimit.WINDOW.minusNanos(1));
    log.warn("again");
    assertThat(lines()).hasSize(RepeatLimit.BURST);
    pass(Duration.ofNanos(1));
    log.warn("again");
    assertThat(lines()).endsWith("left out 2 times in 10 s: again", "again");
  }

  @Test
  void everyOtherLinePassesMeanwhile() {
    for (int i = 0; i < 10_000; i++) {
      log.warn("flood");
    }
    log.error("flood");
    context.getLogger("io.gridfleet.Other").warn("flood");
    log.error("broken", new IllegalStateException("one"));
    log.error("broken", new IllegalArgumentException("two"));
    assertThat(lines()).hasSize(RepeatLimit.BURST + 4);
  }

  @Test
  void ordinaryWorkHasALargerBurst() {
    for (int i = 0; i < 10_000; i++) {
      log.info("session {} began", i);
    }
    assertThat(lines()).hasSize(RepeatLimit.ORDINARY_BURST);
  }

  @Test
  void anErrorPassesTheFirstTimeHoweverManyKindsThereAreAndMemoryIsBounded() {
    for (int i = 0; i < 3 * RepeatLimit.MAX_KINDS; i++) {
      log.error("kind " + i + " " + "x".repeat(1_000));
    }
    assertThat(lines()).hasSize(3 * RepeatLimit.MAX_KINDS);
    assertThat(limit.kinds()).isEqualTo(RepeatLimit.MAX_KINDS);
    pass(RepeatLimit.WINDOW);
    log.info("last");
    assertThat(limit.kinds()).isEqualTo(1);
  }

  @Test
  void whatWasLeftOutIsWrittenAtTheEnd() {
    for (int i = 0; i < RepeatLimit.BURST + 7; i++) {
      log.warn("flood");
    }
    context.stop();
    assertThat(lines()).endsWith("left out 7 times in 10 s: flood");
  }

  @ParameterizedTest
  @EnumSource
  void bothFormatsAreLimited(LogConfig.Format format) {
    PrintStream before = System.err;
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    LoggerContext whole = context();
    System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
    try {
      Logging.toConsole(new LogConfig(format, LogConfig.Level.INFO), whole);
      for (int i = 0; i < 10_000; i++) {
        whole.getLogger("io.gridfleet.Test").warn("flood");
      }
      whole.stop();
    } finally {
      System.setErr(before);
    }
    assertThat(console.toString(StandardCharsets.UTF_8).lines())
        .hasSize(RepeatLimit.BURST + 1)
        .last()
        .asString()
        .contains("left out 9900 times in 10 s: flood");
  }
}
