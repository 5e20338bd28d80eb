package io.gridfleet.lb.lab;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.gridfleet.lb.state.UnexpectedEventException;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The messages of the unexpected events that a package's classes log while it is open. */
public final class LoggedMistakes implements AutoCloseable {
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private final Logger logger;

  public LoggedMistakes(Class<?> inPackage) {
    logger = (Logger) LoggerFactory.getLogger(inPackage.getPackageName());
    appender.start();
    logger.addAppender(appender);
  }

  public List<String> messages() {
    return List.copyOf(appender.list).stream()
        .map(ILoggingEvent::getThrowableProxy)
        .filter(
            thrown ->
                thrown != null
                    && thrown.getClassName().equals(UnexpectedEventException.class.getName()))
        .map(thrown -> thrown.getMessage())
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
