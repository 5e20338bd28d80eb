package io.gridfleet.lb.selector;

import org.jspecify.annotations.Nullable;

/** A cursor over the text of a selector that reads blanks, words, keys and values. */
final class Scanner {
  private static final String ENDS_BARE = ",()\"'[]";

  final String text;
  private int at;

  Scanner(String text) {
    this.text = text;
  }

  /** A value as it was written. */
  record Word(String plain, String pattern, boolean wildcard, boolean quoted, int start) {}

  int at() {
    return at;
  }

  void back(int place) {
    at = place;
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** The character here, 0 at the end. */
  char peek() {
    return peek(0);
  }

  char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
  }

  boolean take(String what) {
    if (text.startsWith(what, at)) {
      at += what.length();
      return true;
    }
    return false;
  }

  /**
   * Skips blanks (those of other scripts and of word processors too) and returns whether there were
   * any.
   */
  boolean blanks() {
    int start = at;
    while (!atEnd() && blank(text.charAt(at))) {
      at++;
    }
    return at > start;
  }

  static boolean blank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u200B' || c == '\uFEFF';
  }

  /** Takes AND, OR, NOT in any case, if it is the word here and not a key. */
  boolean keyword(String word) {
    int end = at + word.length();
    if (!text.regionMatches(true, at, word, 0, word.length())
        || (end < text.length() && Keys.part(text.codePointAt(end)))) {
      return false;
    }
    int next = end;
    while (next < text.length() && blank(text.charAt(next))) {
      next++;
    }
    if (next < text.length() && text.charAt(next) == ':') {
      return false;
    }
    at = end;
    return true;
  }

  /** A key, as written; empty when none starts here. */
  String key() {
    int start = at;
    if (atEnd() || !Keys.start(text.codePointAt(at))) {
      return "";
    }
    while (!atEnd() && Keys.part(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return text.substring(start, at);
  }

  SelectorException error(int place, String expected, @Nullable String hint) {
    return SelectorException.at(text, place, expected, hint);
  }

  Word value() {
    char c = peek();
    return c == '"' || c == '\'' ? quoted(c) : bare();
  }

  private Word quoted(char quote) {
    int start = at++;
    Letters letters = new Letters();
    while (!atEnd() && peek() != quote) {
      letter(letters, true);
    }
    if (!take(String.valueOf(quote))) {
      throw error(start, "a closing " + quote + " for this quote", null);
    }
    return letters.word(true, start);
  }

  private Word bare() {
    int start = at;
    Letters letters = new Letters();
    while (!atEnd() && !endsBare()) {
      letter(letters, false);
    }
    return letters.word(false, start);
  }

  private boolean endsBare() {
    char c = peek();
    return blank(c) || ENDS_BARE.indexOf(c) >= 0 || (c == '.' && peek(1) == '.');
  }

  private void letter(Letters letters, boolean named) {
    char c = text.charAt(at++);
    if (c != '\\') {
      letters.add(c);
      return;
    }
    if (atEnd()) {
      throw error(at - 1, "a character after the backslash", "write \\\\ for a backslash");
    }
    char escaped = text.charAt(at++);
    int code = "ntr".indexOf(escaped);
    if (named && escaped == 'u') {
      letters.literal(unicode());
    } else {
      letters.literal(named && code >= 0 ? "\n\t\r".charAt(code) : escaped);
    }
  }

  private char unicode() {
    int end = at + 4;
    String digits = end <= text.length() ? text.substring(at, end) : "";
    if (!digits.matches("[0-9a-fA-F]{4}")) {
      throw error(at - 2, "four hexadecimal digits after \\u", "write \\\\u for a backslash and u");
    }
    at = end;
    return (char) Integer.parseInt(digits, 16);
  }

  /** The text between slashes, the first of which is here, and the flag that changes nothing. */
  String expression() {
    int start = at++;
    int from = at;
    while (!atEnd() && peek() != '/') {
      at += peek() == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      at = text.length();
      throw error(
          start,
          "a closing / for this regular expression",
          "a value that starts with a slash needs quotes");
    }
    String expression = text.substring(from, at++);
    take("i");
    return expression;
  }

  /** The letters of a value: as plain text, and as a pattern whose own letters are escaped. */
  static final class Letters {
    private final StringBuilder plain = new StringBuilder();
    private final StringBuilder pattern = new StringBuilder();
    private boolean wildcard;

    void add(char c) {
      plain.append(c);
      pattern.append(c);
      wildcard |= c == '*' || c == '?';
    }

    void literal(char c) {
      plain.append(c);
      pattern.append(c == '*' || c == '?' || c == '\\' ? "\\" : "").append(c);
    }

    Word word(boolean quoted, int start) {
      return new Word(plain.toString(), pattern.toString(), wildcard, quoted, start);
    }
  }
}
