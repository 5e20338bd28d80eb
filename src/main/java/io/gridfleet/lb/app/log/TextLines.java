package io.gridfleet.lb.app.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.nio.charset.StandardCharsets;

/** The log for people: one line an event, a stack trace in lines that begin with a tab. */
final class TextLines extends EncoderBase<ILoggingEvent> {
  private final CachingDateFormatter time =
      new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    String logger = event.getLoggerName();
    StringBuilder lines =
        new StringBuilder(128)
            .append(time.format(event.getTimeStamp()))
            .append(' ')
            .append(String.format("%-5s", event.getLevel()))
            .append(' ')
            .append(logger.substring(logger.lastIndexOf('.') + 1))
            .append(' ')
            .append(LogText.oneLine(event.getFormattedMessage()))
            .append('\n');
    if (event.getThrowableProxy() != null) {
      appendTrace(lines, "", event.getThrowableProxy());
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void appendTrace(StringBuilder lines, String before, IThrowableProxy thrown) {
    lines.append(before).append(thrown.getClassName());
    if (thrown.getMessage() != null) {
      lines.append(": ").append(LogText.oneLine(thrown.getMessage()));
    }
    lines.append('\n');
    if (thrown.isCyclic()) {
      return;
    }
    StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
    for (int i = 0; i < frames.length - thrown.getCommonFrames(); i++) {
      lines.append('\t').append(frames[i].getSTEAsString()).append('\n');
    }
    if (thrown.getCommonFrames() > 0) {
      lines.append("\t... ").append(thrown.getCommonFrames()).append(" more\n");
    }
    for (IThrowableProxy suppressed : thrown.getSuppressed()) {
      appendTrace(lines, "\tSuppressed: ", suppressed);
    }
    if (thrown.getCause() != null) {
      appendTrace(lines, "Caused by: ", thrown.getCause());
    }
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
