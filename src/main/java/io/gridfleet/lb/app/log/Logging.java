package io.gridfleet.lb.app.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import io.gridfleet.lb.app.LogConfig;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Configures the log: lines for people, or JSON for machines. */
public final class Logging {
  private static final List<String> OURS = List.of("io.gridfleet", "newsession", "session", "run");

  private Logging() {}

  public static void configure(LogConfig config) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    toConsole(config, context);
    level(config, context);
  }

  /** The root logger of the program. */
  static void level(LogConfig config, LoggerContext context) {
    Level level = Level.toLevel(config.level().name());
    OURS.forEach(name -> context.getLogger(name).setLevel(level));
  }

  /** Warnings of every library go to the console; other levels are configured. */
  static void toConsole(LogConfig config, LoggerContext context) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder(config, context));
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(limited(console, context));
    root.setLevel(Level.WARN);
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    level(config, context);
  }

  /** Limits repeats: clients and nodes can cause any number of lines by requests and answers. */
  private static RepeatLimit limited(Appender<ILoggingEvent> console, LoggerContext context) {
    RepeatLimit limit = new RepeatLimit(console, System::nanoTime);
    limit.setContext(context);
    limit.start();
    return limit;
  }

  private static Encoder<ILoggingEvent> encoder(LogConfig config, LoggerContext context) {
    EncoderBase<ILoggingEvent> encoder =
        config.format() == LogConfig.Format.JSON ? new JsonLines() : new TextLines();
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
