package io.gridfleet.lb.app.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.gridfleet.lb.webdriver.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The log for machines: one flat object a line with {@code time}, {@code level}, {@code logger},
 * {@code message}, the event's own fields ({@code request}, {@code session}, {@code device}, {@code
 * node}, {@code run}, {@code tenant}, as they apply) and {@code stacktrace}.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("time", Instant.ofEpochMilli(event.getTimeStamp()).toString());
    line.put("level", event.getLevel().toString());
    line.put("logger", event.getLoggerName());
    line.put("message", LogText.oneLine(event.getFormattedMessage()));
    if (event.getKeyValuePairs() != null) {
      event.getKeyValuePairs().forEach(field -> put(line, field.key, String.valueOf(field.value)));
    }
    event.getMDCPropertyMap().forEach((key, value) -> put(line, key, value));
    if (event.getThrowableProxy() != null) {
      line.put("stacktrace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return (Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void put(Map<String, Object> line, String key, String value) {
    line.putIfAbsent(key, LogText.oneLine(value));
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
