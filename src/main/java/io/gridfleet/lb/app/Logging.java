package io.gridfleet.lb.app;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/** Sets the log up as the configuration says: lines for people, or JSON for machines. */
final class Logging {
  private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%n";

  private Logging() {}

  static void configure(LogConfig config) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    toConsole(config, context);
    context.getLogger("io.gridfleet").setLevel(Level.toLevel(config.level().name()));
    context.getLogger("newsession").setLevel(Level.toLevel(config.level().name()));
  }

  /** Trouble of every library to the console; what else is told, other levels say. */
  static void toConsole(LogConfig config, LoggerContext context) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setTarget("System.err");
    console.setEncoder(encoder(config, context));
    console.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(console);
    root.setLevel(Level.WARN);
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    context.getLogger("org.flywaydb").setLevel(Level.WARN);
    context.getLogger("io.gridfleet").setLevel(Level.toLevel(config.level().name()));
    context.getLogger("newsession").setLevel(Level.toLevel(config.level().name()));
  }

  private static Encoder<ILoggingEvent> encoder(LogConfig config, LoggerContext context) {
    if (config.format() == LogConfig.Format.JSON) {
      JsonEncoder json = new JsonEncoder();
      json.setContext(context);
      json.start();
      return json;
    }
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setContext(context);
    text.setPattern(LINE);
    text.start();
    return text;
  }
}
