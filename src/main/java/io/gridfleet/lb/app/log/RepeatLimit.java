package io.gridfleet.lb.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.gridfleet.lb.async.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Passes on log events, except lines that repeat too often to be read: of one logger, level,
 * message template and exception type a burst passes in each ten seconds, and the number of those
 * left out is logged in one line when the ten seconds are over. The first of its kind always
 * passes.
 *
 * <p>Any thread; the counts are guarded by this, and events are passed on outside of it.
 */
public final class RepeatLimit extends UnsynchronizedAppenderBase<ILoggingEvent> {
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** Of warnings and errors: more than a person reads. */
  static final int BURST = 100;

  /**
   * Of lines about ordinary requests, two hundred a second: they are the record of what was done.
   */
  static final int ORDINARY_BURST = 2_000;

  /** Marks a line that a client can cause without a token: one passes. */
  public static final Marker FROM_STRANGERS = MarkerFactory.getMarker("FROM_STRANGERS");

  /** Templates are constants of the code, far fewer than this. */
  static final int MAX_KINDS = 1_024;

  private static final int MAX_CHARACTERS = 256;

  private final Appender<ILoggingEvent> next;
  private final LongSupplier nanos;

  /** In the order in which their windows began. */
  private final Map<Kind, Window> windows = new LinkedHashMap<>();

  private boolean reportPlanned;

  private record Kind(
      String logger, Level level, String template, @Nullable String thrown, boolean strangers) {
    static Kind of(ILoggingEvent event) {
      String template = String.valueOf(event.getMessage());
      return new Kind(
          event.getLoggerName(),
          event.getLevel(),
          template.substring(0, Math.min(template.length(), MAX_CHARACTERS)),
          event.getThrowableProxy() == null ? null : event.getThrowableProxy().getClassName(),
          event.getMarkerList() != null && event.getMarkerList().contains(FROM_STRANGERS));
    }

    int burst() {
      return strangers ? 1 : level.isGreaterOrEqual(Level.WARN) ? BURST : ORDINARY_BURST;
    }
  }

  private static final class Window {
    final long began;
    int passed;
    long leftOut;

    Window(long began) {
      this.began = began;
    }
  }

  public RepeatLimit(Appender<ILoggingEvent> next, LongSupplier nanos) {
    this.next = next;
    this.nanos = nanos;
  }

  @Override
  public void stop() {
    report(Long.MAX_VALUE);
    super.stop();
    next.stop();
  }

  @Override
  protected void append(ILoggingEvent event) {
    report(WINDOW.toNanos());
    if (passes(Kind.of(event))) {
      next.doAppend(event);
    }
  }

  synchronized int kinds() {
    return windows.size();
  }

  private synchronized boolean passes(Kind kind) {
    Window window = windows.get(kind);
    if (window == null) {
      if (windows.size() >= MAX_KINDS) {
        forgetEldest();
      }
      window = new Window(nanos.getAsLong());
      windows.put(kind, window);
    }
    if (window.passed < kind.burst()) {
      window.passed++;
      return true;
    }
    window.leftOut++;
    planReport();
    return false;
  }

  private void forgetEldest() {
    Iterator<Kind> kinds = windows.keySet().iterator();
    kinds.next();
    kinds.remove();
  }

  /** Writes the counts also if no further event arrives. */
  private void planReport() {
    if (!reportPlanned && getContext() != null) {
      reportPlanned = true;
      Timers.after(
          getContext().getScheduledExecutorService(),
          WINDOW,
          "the report of repeated events",
          this::planned);
    }
  }

  private void planned() {
    synchronized (this) {
      reportPlanned = false;
    }
    report(WINDOW.toNanos());
    synchronized (this) {
      if (windows.values().stream().anyMatch(window -> window.leftOut > 0)) {
        planReport();
      }
    }
  }

  /** Ends expired windows and writes their counts. */
  private void report(long age) {
    List<ILoggingEvent> lines = ended(age);
    lines.forEach(next::doAppend);
  }

  private synchronized List<ILoggingEvent> ended(long age) {
    List<ILoggingEvent> lines = new ArrayList<>(0);
    long now = nanos.getAsLong();
    Iterator<Map.Entry<Kind, Window>> all = windows.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Kind, Window> eldest = all.next();
      if (age != Long.MAX_VALUE && now - eldest.getValue().began < age) {
        break;
      }
      all.remove();
      if (eldest.getValue().leftOut > 0) {
        lines.add(line(eldest.getKey(), eldest.getValue().leftOut));
      }
    }
    return lines;
  }

  private ILoggingEvent line(Kind kind, long leftOut) {
    Logger logger = ((LoggerContext) getContext()).getLogger(kind.logger());
    return new LoggingEvent(
        RepeatLimit.class.getName(),
        logger,
        kind.level(),
        "left out {} in " + WINDOW.toSeconds() + " s: {}",
        null,
        new Object[] {LogText.count(leftOut, "time"), kind.template()});
  }
}
