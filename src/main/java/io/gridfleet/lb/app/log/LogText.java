package io.gridfleet.lb.app.log;

import java.util.Locale;
import java.util.Optional;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Text for a line of the log. Clients choose parts of it (test names, capability names, a node's
 * messages), so characters that could begin a new line, control a terminal or change the text
 * direction are written as {@code \}{@code u001b}, and long text is cut.
 */
public final class LogText {
  static final int MAX_CHARACTERS = 8_192;

  private LogText() {}

  /** A number with its noun, whose plural takes an s: {@code 1 node}, {@code 2 nodes}. */
  public static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  /** The text on one line. */
  static String oneLine(String text) {
    int end = Math.min(text.length(), MAX_CHARACTERS);
    if (end == text.length() && text.chars().noneMatch(LogText::isUnsafe)) {
      return text;
    }
    StringBuilder line = new StringBuilder(end + 64);
    for (int i = 0; i < end; i++) {
      append(line, text.charAt(i));
    }
    if (end < text.length()) {
      line.append("… (").append(text.length() - end).append(" more characters)");
    }
    return line.toString();
  }

  /** Adds a field to the event, if there is a value for it. */
  public static LoggingEventBuilder with(
      LoggingEventBuilder event, String key, Optional<String> value) {
    return value.map(text -> event.addKeyValue(key, text)).orElse(event);
  }

  /** At most this many characters of its first line. */
  public static String beginning(String text, int most) {
    String first = text.lines().findFirst().orElse("");
    return first.length() <= most ? first : first.substring(0, most) + "…";
  }

  private static void append(StringBuilder line, char c) {
    switch (c) {
      case '\n' -> line.append("\\n");
      case '\r' -> line.append("\\r");
      case '\t' -> line.append("\\t");
      default -> {
        if (isUnsafe(c)) {
          line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
        } else {
          line.append(c);
        }
      }
    }
  }

  private static boolean isUnsafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
