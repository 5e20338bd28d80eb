package io.gridfleet.lb.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.gridfleet.lb.app.log.RepeatLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * What the thread of a test logs to one logger, after the limit on repeats: the message, then the
 * fields in brackets.
 */
public final class LogLines implements AutoCloseable {
  private final Logger logger;
  private final Thread thread = Thread.currentThread();
  private final List<String> lines = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (Thread.currentThread() == thread) {
            lines.add(line(event));
          }
        }
      };
  private final RepeatLimit limit = new RepeatLimit(appender, System::nanoTime);

  public LogLines(String name) {
    logger = (Logger) LoggerFactory.getLogger(name);
    logger.setLevel(Level.INFO);
    appender.start();
    limit.setContext(logger.getLoggerContext());
    limit.start();
    logger.addAppender(limit);
  }

  private static String line(ILoggingEvent event) {
    if (event.getKeyValuePairs() == null) {
      return event.getFormattedMessage();
    }
    return event.getFormattedMessage()
        + event.getKeyValuePairs().stream()
            .map(pair -> pair.key + "=" + pair.value)
            .collect(Collectors.joining(" ", " {", "}"));
  }

  public List<String> lines() {
    return lines;
  }

  /** With the counts of what was left out. */
  public List<String> linesAtTheEnd() {
    limit.stop();
    return lines;
  }

  @Override
  public void close() {
    logger.detachAppender(limit);
  }
}
