package io.gridfleet.lb.selector;

import java.util.Arrays;

/** A pattern with {@code *} (any run) and {@code ?} (one character) over folded text. */
final class Wildcard {
  private static final int RUN = -1;
  private static final int ONE = -2;

  private final int[] symbols;

  Wildcard(String pattern) {
    int[] found = new int[pattern.length()];
    int count = 0;
    for (int i = 0; i < pattern.length(); ) {
      int c = pattern.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\\' && i < pattern.length()) {
        c = pattern.codePointAt(i);
        i += Character.charCount(c);
        found[count++] = c;
      } else {
        found[count++] = c == '*' ? RUN : c == '?' ? ONE : c;
      }
    }
    symbols = Arrays.copyOf(found, count);
  }

  /**
   * Returns the number of characters behind the first {@code *} of a pattern, without further
   * {@code *}.
   */
  static int afterStar(String pattern) {
    Wildcard compiled = new Wildcard(pattern);
    int count = 0;
    boolean behind = false;
    for (int symbol : compiled.symbols) {
      if (symbol == RUN) {
        behind = true;
      } else if (behind) {
        count++;
      }
    }
    return count;
  }

  /** Returns the canonical form of a pattern: several {@code *} in a row become one. */
  static String canonical(String pattern) {
    StringBuilder canonical = new StringBuilder(pattern.length());
    boolean run = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      boolean again = run && c == '*';
      run = c == '*';
      if (!again) {
        canonical.append(c);
      }
      if (c == '\\' && i + 1 < pattern.length()) {
        canonical.append(pattern.charAt(++i));
      }
    }
    return canonical.toString();
  }

  /** Backtracks only to the last {@code *}, so it takes at most pattern times text steps. */
  boolean matches(String text) {
    int at = 0;
    int symbol = 0;
    int runSymbol = -1;
    int runAt = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (symbol < symbols.length && symbols[symbol] == RUN) {
        runSymbol = symbol++;
        runAt = at;
      } else if (symbol < symbols.length && (symbols[symbol] == c || symbols[symbol] == ONE)) {
        symbol++;
        at += Character.charCount(c);
      } else if (runSymbol >= 0) {
        symbol = runSymbol + 1;
        runAt += Character.charCount(text.codePointAt(runAt));
        at = runAt;
      } else {
        return false;
      }
    }
    while (symbol < symbols.length && symbols[symbol] == RUN) {
      symbol++;
    }
    return symbol == symbols.length;
  }
}
