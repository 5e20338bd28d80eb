package io.gridfleet.lb.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

final class LoggingTest {
  private static final Instant TIME = Instant.parse("2026-11-28T00:10:57.485Z");

  private final Logger logger = context().getLogger("io.gridfleet.lb.app.Test");

  private static LoggerContext context() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    return context;
  }

  @Test
  void aJsonLineIsOneFlatObjectWithTheRenderedMessageAndTheFields() {
    LoggingEvent event = event(null, "request {} has {}", "r-1", "Pixel 8");
    event.addKeyValuePair(new KeyValuePair("request", "r-1"));
    event.addKeyValuePair(new KeyValuePair("device", "d-1"));
    event.addKeyValuePair(new KeyValuePair("message", "not this one"));
    assertThat(encoded(new JsonLines(), event))
        .isEqualTo(
            "{\"time\":\"2026-11-28T00:10:57.485Z\",\"level\":\"INFO\","
                + "\"logger\":\"io.gridfleet.lb.app.Test\",\"message\":\"request r-1 has Pixel 8\","
                + "\"request\":\"r-1\",\"device\":\"d-1\"}\n");
  }

  @Test
  void aStackTraceIsOneFieldOfAJsonLine() throws Exception {
    IllegalStateException thrown =
        new IllegalStateException("outer\nforged", new RuntimeException("inner"));
    String line = encoded(new JsonLines(), event(thrown, "failed"));
    assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
    JsonNode read = new ObjectMapper().readTree(line);
    assertThat(read.path("stacktrace").asText())
        .startsWith("java.lang.IllegalStateException: outer")
        .contains("Caused by: java.lang.RuntimeException: inner")
        .contains("\tat " + LoggingTest.class.getName());
    assertThat(read).allMatch(JsonNode::isTextual);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\n2026-11-28T00:00:00.000Z ERROR Forged line",
        "a\rb",
        "a\u001b[2Jb\u009b31m",
        "a\u0000b\u0007\u007f",
        "a\u2028b\u2029c",
        "a\u202egnp.exe",
        "a\u0085b"
      })
  void whatOthersChooseCannotBeginALineOrSteerATerminal(String hostile) {
    for (Encoder<ILoggingEvent> encoder : encoders()) {
      LoggingEvent event = event(null, "test {}", hostile);
      event.addKeyValuePair(new KeyValuePair("run", hostile));
      String line = encoded(encoder, event);
      assertThat(line).endsWith("\n");
      assertThat(line.substring(0, line.length() - 1).chars())
          .as(encoder + " wrote " + line)
          .noneMatch(
              c ->
                  Character.isISOControl(c)
                      || Character.getType(c) == Character.FORMAT
                      || c == 0x2028
                      || c == 0x2029);
    }
  }

  @Test
  void theMessagesOfExceptionsAreEscapedToo() {
    Exception thrown = new IllegalStateException("a\nForged", new RuntimeException("b\u001b[2J"));
    thrown.addSuppressed(new RuntimeException("c\rForged"));
    String text = encoded(new TextLines(), event(thrown, "failed"));
    assertThat(text).doesNotContain("\u001b", "\r");
    assertThat(text.lines())
        .noneMatch(line -> line.startsWith("Forged"))
        .contains(
            "java.lang.IllegalStateException: a\\nForged",
            "\tSuppressed: java.lang.RuntimeException: c\\rForged",
            "Caused by: java.lang.RuntimeException: b\\u001b[2J");
  }

  @Test
  void aTextLineIsTimeLevelLoggerAndMessage() {
    assertThat(encoded(new TextLines(), event(null, "is {}", "ready")))
        .matches("2026-11-\\d\\dT\\d\\d:\\d\\d:57\\.485\\S+ INFO  Test is ready\n");
  }

  @Test
  void aTextWithoutEndIsCut() {
    String line = encoded(new TextLines(), event(null, "{}", "x".repeat(8 << 20)));
    assertThat(line).hasSizeLessThan(9_000).contains("more characters)");
  }

  private static List<Encoder<ILoggingEvent>> encoders() {
    return new ArrayList<>(List.of(new TextLines(), new JsonLines()));
  }

  private LoggingEvent event(@Nullable Throwable thrown, String template, Object... values) {
    LoggingEvent event = new LoggingEvent("test", logger, Level.INFO, template, thrown, values);
    event.setInstant(TIME);
    return event;
  }

  private static String encoded(Encoder<ILoggingEvent> encoder, LoggingEvent event) {
    return new String(encoder.encode(event), StandardCharsets.UTF_8);
  }
}
