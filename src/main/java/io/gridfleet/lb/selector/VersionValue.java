package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version as numbers and words: {@code 13.1-beta2} is 13, 1, beta, 2. Compared part by part, the
 * shorter one padded with zeros; a word sorts before a number, so {@code 13-beta} is before {@code
 * 13}. The order is total.
 */
final class VersionValue implements Comparable<VersionValue> {
  /** Longer texts are no versions: the longest seen, a Chrome for Android build, has 32. */
  private static final int MAX_CHARACTERS = 64;

  /** Any number of this many digits fits a long. */
  private static final int DIGITS_OF_A_LONG = 18;

  private static final long WORD = -1;

  /** The number of a part, {@link #WORD} for a word; {@link Long#MAX_VALUE} for longer ones. */
  private final long[] numbers;

  private final String[] texts;

  private VersionValue(List<String> parts) {
    texts = parts.toArray(new String[0]);
    numbers = new long[texts.length];
    for (int i = 0; i < texts.length; i++) {
      numbers[i] = number(texts[i]);
    }
  }

  /** Parses a folded text that starts with a digit, or v and a digit; null for others. */
  static @Nullable VersionValue parse(String folded) {
    int start = folded.startsWith("v") ? 1 : 0;
    if (folded.length() > MAX_CHARACTERS || folded.length() <= start || !digit(folded, start)) {
      return null;
    }
    List<String> parts = new ArrayList<>();
    int from = start;
    for (int i = start; i <= folded.length(); i++) {
      if (i == folded.length() || separator(folded.charAt(i))) {
        if (i == from) {
          return null;
        }
        parts.add(part(folded, from, i));
        from = i + 1;
      } else if (!Character.isLetterOrDigit(folded.charAt(i))) {
        return null;
      } else if (i > from && digit(folded, i) != digit(folded, i - 1)) {
        parts.add(part(folded, from, i));
        from = i;
      }
    }
    return new VersionValue(parts);
  }

  private static boolean separator(char c) {
    return c == '.' || c == '-' || c == '_' || c == '+';
  }

  private static boolean digit(String text, int at) {
    char c = text.charAt(at);
    return c >= '0' && c <= '9';
  }

  /** A part without leading zeros, so that equal numbers are equal texts. */
  private static String part(String text, int from, int to) {
    int start = from;
    while (start < to - 1 && text.charAt(start) == '0') {
      start++;
    }
    return text.substring(start, to);
  }

  private static long number(String part) {
    if (!digit(part, 0)) {
      return WORD;
    }
    return part.length() > DIGITS_OF_A_LONG ? Long.MAX_VALUE : Long.parseLong(part);
  }

  @Override
  public int compareTo(VersionValue other) {
    int most = Math.max(texts.length, other.texts.length);
    for (int i = 0; i < most; i++) {
      int order = compare(i, other);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** Whether this is the other one or a version within it: 13.1 is within 13, 130 is not. */
  boolean within(VersionValue other) {
    for (int i = 0; i < other.texts.length; i++) {
      if (compare(i, other) != 0) {
        return false;
      }
    }
    return true;
  }

  private int compare(int i, VersionValue other) {
    long mine = i < numbers.length ? numbers[i] : 0;
    long theirs = i < other.numbers.length ? other.numbers[i] : 0;
    if (mine != theirs) {
      return Long.compare(mine, theirs);
    }
    if (mine != WORD && mine != Long.MAX_VALUE) {
      return 0;
    }
    String text = texts[i];
    String theirText = other.texts[i];
    int order = mine == WORD ? 0 : Integer.compare(text.length(), theirText.length());
    return order != 0 ? order : text.compareTo(theirText);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VersionValue version && compareTo(version) == 0;
  }

  /** Without the zeros at the end: they don't count. */
  @Override
  public int hashCode() {
    int last = texts.length;
    while (last > 0 && numbers[last - 1] == 0) {
      last--;
    }
    int hash = 1;
    for (int i = 0; i < last; i++) {
      hash = 31 * hash + texts[i].hashCode();
    }
    return hash;
  }

  @Override
  public String toString() {
    return String.join(".", texts);
  }
}
