package io.gridfleet.lb.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 20s}, {@code 10min}, {@code 1h30min}, {@code 250ms}; a
 * bare number is seconds.
 */
public final class Durations {
  private static final Pattern WHOLE =
      Pattern.compile("(?:[0-9]{1,12}(?:\\.[0-9]{1,9})?(?:ms|s|sec|m|min|h|d))+");

  private static final Pattern PART =
      Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ms|sec|s|min|m|h|d)");

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}(?:\\.[0-9]{1,9})?");

  private static final Map<String, Long> MILLIS =
      Map.of(
          "ms", 1L,
          "s", 1_000L,
          "sec", 1_000L,
          "m", 60_000L,
          "min", 60_000L,
          "h", 3_600_000L,
          "d", 86_400_000L);

  private Durations() {}

  /**
   * Reads a duration, exact to the millisecond.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Duration parse(String text) {
    String written = text.strip().toLowerCase(Locale.ROOT).replace(" ", "");
    if (SECONDS.matcher(written).matches()) {
      return millis(written, 1_000);
    }
    if (!WHOLE.matcher(written).matches()) {
      throw new IllegalArgumentException("a duration such as 20s, 10min or 1h");
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(written);
    while (part.find()) {
      sum = sum.plus(millis(part.group(1), MILLIS.getOrDefault(part.group(2), 0L)));
    }
    return sum;
  }

  /** The shortest way to write it with whole numbers: {@code 1h30min}. */
  public static String text(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    append(text, duration.toDays(), "d");
    append(text, duration.toHoursPart(), "h");
    append(text, duration.toMinutesPart(), "min");
    append(text, duration.toSecondsPart(), "s");
    append(text, duration.toMillisPart(), "ms");
    return text.toString();
  }

  private static void append(StringBuilder text, long count, String unit) {
    if (count != 0) {
      text.append(count).append(unit);
    }
  }

  private static Duration millis(String count, long unit) {
    return Duration.ofMillis(new BigDecimal(count).multiply(BigDecimal.valueOf(unit)).longValue());
  }
}
