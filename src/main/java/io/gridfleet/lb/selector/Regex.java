package io.gridfleet.lb.selector;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions in linear time (RE2): found anywhere in the value, case ignored unless {@code
 * (?-i)} is given.
 */
final class Regex {
  /** Characters of one expression; all of them together may have as many again. */
  static final int MAX_CHARACTERS = 256;

  /** Of all expressions of a selector: they are compiled at once, and that must stay quick. */
  static final int MAX_CHARACTERS_TOGETHER = 512;

  /** What counted repetitions inside each other may multiply to: each is a copy of its content. */
  private static final int MAX_REPEATS = 100;

  private Regex() {}

  static Pattern compile(String expression) {
    return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
  }

  /** Returns the canonical form of an expression: slashes bare, controls escaped. */
  static String canonical(String expression) {
    StringBuilder canonical = new StringBuilder(expression.length());
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\' && i + 1 < expression.length()) {
        char next = expression.charAt(++i);
        if (next == '/') {
          canonical.append('/');
        } else if (Character.isISOControl(next)) {
          canonical.append(String.format("\\x{%x}", (int) next));
        } else {
          canonical.append(c).append(next);
        }
      } else if (Character.isISOControl(c)) {
        canonical.append(String.format("\\x{%x}", (int) c));
      } else {
        canonical.append(c);
      }
    }
    return canonical.toString();
  }

  /** Why an expression can't be used. */
  record Problem(String expected, @Nullable String hint) {}

  /** What is wrong with an expression; null when it can be used. */
  static @Nullable Problem problem(String expression) {
    if (expression.isEmpty()) {
      return new Problem("an expression between the slashes", null);
    }
    if (expression.length() > MAX_CHARACTERS) {
      return new Problem("a regular expression of at most " + MAX_CHARACTERS + " characters", null);
    }
    if (repeats(expression) > MAX_REPEATS) {
      return new Problem(
          "repetitions that together multiply to at most " + MAX_REPEATS, "use * or +");
    }
    try {
      compile(expression);
      return null;
    } catch (PatternSyntaxException e) {
      Problem known = ofOtherEngines(expression);
      return known != null
          ? known
          : new Problem("a regular expression in RE2's syntax: " + e.getDescription(), null);
    }
  }

  /** Constructs of other engines that RE2 doesn't support. */
  private static @Nullable Problem ofOtherEngines(String expression) {
    String apart =
        "put the other half in a term of its own, negated or not: key:/one/ -key:/other/";
    if (expression.contains("(?<=") || expression.contains("(?<!")) {
      return new Problem("a regular expression without look-behind (RE2's syntax)", apart);
    }
    if (expression.contains("(?=") || expression.contains("(?!")) {
      return new Problem("a regular expression without look-ahead (RE2's syntax)", apart);
    }
    if (expression.matches("(?s).*\\\\[1-9].*")) {
      return new Problem(
          "a regular expression without back-references (RE2's syntax)",
          "write the alternatives out");
    }
    return null;
  }

  /** The product of the counted repetitions: too much for nested ones, never too little. */
  private static long repeats(String expression) {
    long product = 1;
    for (int i = 0; i < expression.length(); i++) {
      if (expression.charAt(i) == '{') {
        int close = expression.indexOf('}', i);
        String count = close < 0 ? "" : expression.substring(i + 1, close);
        if (count.matches("\\d{1,9}(,\\d{0,9})?")) {
          String[] ends = count.split(",", -1);
          String most = ends[ends.length - 1];
          long times = Long.parseLong(most.isEmpty() ? ends[0] : most);
          product = Math.min(Integer.MAX_VALUE, product * Math.max(1, times));
        } else if (count.matches("\\d+(,\\d*)?")) {
          return Integer.MAX_VALUE;
        }
      }
    }
    return product;
  }
}
