package io.gridfleet.lb.selector;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hints at what was probably intended by a selector that can't be read. */
final class Suggestions {
  static final String EXPECTED_TERM = "a term like device_type:android";

  private static final String QUOTES_OF_WORD_PROCESSORS = "“”„«»‘’";

  /** A key and its colon, where a next term begins; possessive, so it takes linear time. */
  private static final Pattern NEXT_TERM =
      Pattern.compile("[\\s,(+](?:[-!(]*+)[\\p{L}][\\p{L}0-9_.-]*+\\s*+:");

  private static final Pattern JOINED_BY_PLUS = Pattern.compile("\\+[A-Za-z][A-Za-z0-9_.]*+:");

  /** Characters of the input that a hint repeats. */
  private static final int MAX_QUOTED = 80;

  private Suggestions() {}

  /** A word where a key is expected: where it is, and the term before it. */
  record Loose(int start, int end, String word, String lastKey, int lastValue) {}

  static SelectorException noColon(Scanner in, Loose loose) {
    char next = in.peek();
    String word = loose.word();
    if (next == '=') {
      in.take("==");
      in.take("=");
      in.blanks();
      return in.error(
          loose.end(),
          "a colon after the key " + word,
          "did you mean "
              + word
              + ":"
              + rest(in, in.at())
              + "? The colon stands between key and value");
    }
    if (next == '>' || next == '<' || (next == '!' && in.peek(1) == '=')) {
      return in.error(
          loose.end(),
          "a colon after the key " + word,
          "did you mean " + word + ":" + rest(in, in.at()) + "? The sign stands after the colon");
    }
    if (word.equalsIgnoreCase("or") || word.equalsIgnoreCase("and")) {
      return in.error(
          loose.start(), EXPECTED_TERM, word + " stands between two terms, never first");
    }
    if (loose.lastValue() >= 0) {
      return in.error(
          loose.start(),
          "a key and a colon, not " + word,
          quoted(in, loose.lastKey(), loose.lastValue(), loose.start()));
    }
    return in.error(
        loose.end(),
        "a colon after the key " + word,
        "say which key should be " + word + ", for example model:" + word);
  }

  /** Why no key starts here. */
  static @Nullable String noKey(Scanner in, String lastKey, int lastValue) {
    char c = in.peek();
    if (c == '&' || c == '|' || c == ';' || c == '+') {
      return joiner(in);
    }
    if (c == '"' || c == '\'') {
      return lastValue < 0
          ? "only values are quoted, keys are not: key:\"value\""
          : quoted(in, lastKey, lastValue, in.at());
    }
    if (QUOTES_OF_WORD_PROCESSORS.indexOf(c) >= 0 && c != 0) {
      return "use straight quotes (\") around values, and none around keys";
    }
    if (c == '*') {
      return "the empty selector stands for every device; key:* for those that have the key";
    }
    if (c >= '0' && c <= '9' && lastValue >= 0) {
      return quoted(in, lastKey, lastValue, in.at());
    }
    return c == '{' || c == '[' ? "JSON stands alone, not inside the string form" : null;
  }

  /** What joins terms, for text that tries another separator. */
  static @Nullable String joiner(Scanner in) {
    return switch (in.peek()) {
      case '&', ';', '+' ->
          "a blank or AND joins terms that must all hold: device_type:ios model:X";
      case '|' -> "a comma or OR joins terms one of which must hold: model:X,model:Y";
      case '"', '\'' -> "a value with a quote in it needs the other kind of quotes around it";
      case '[', '(' -> "a value with brackets or parentheses in it needs quotes around it";
      default ->
          in.at() > 0 && in.text.charAt(in.at() - 1) == '/'
              ? "a value that starts with a slash is a regular expression; put it in quotes if not"
              : null;
    };
  }

  /** The last value and the loose words after it, as one quoted value. */
  private static String quoted(Scanner in, String key, int from, int loose) {
    int most = Math.min(in.text.length(), Math.max(loose, from + MAX_QUOTED));
    Matcher next = NEXT_TERM.matcher(in.text).region(loose, most);
    int to = next.find() ? next.start() : most;
    String value = in.text.substring(from, to).replaceAll("[\"'()\\[\\]\\p{Cntrl}]", "").strip();
    value = value.replaceAll("[\\s,]+$", "").replaceAll("(?i)\\s+(and|or)$", "");
    return "a value with blanks or commas needs quotes: " + key + ":\"" + value + '"';
  }

  private static String rest(Scanner in, int from) {
    String text = in.text.substring(from, Math.min(in.text.length(), from + 40));
    Matcher end = Pattern.compile("[\\s,()]").matcher(text);
    return end.find() && end.start() > 0 ? text.substring(0, end.start()) : text.strip();
  }

  /** Why there is no value at a place; the term's key and where what follows its colon starts. */
  static @Nullable String noValue(Scanner in, String key, int colon, int place) {
    char c = in.peek();
    if (c == '(') {
      return "parentheses go around whole terms; for one of several values write "
          + key
          + ":[one, other]";
    }
    if (in.text.startsWith("..", place)) {
      return "a range needs both ends; for one end write " + key + ":<=" + rest(in, place + 2);
    }
    if (in.text.startsWith("..", place - 2)) {
      String start = in.text.substring(colon, place - 2);
      return "a range needs both ends; for one end write " + key + ":>=" + start;
    }
    boolean sign = colon < place;
    return sign || c == '"' || c == '\'' || c == ']' || c == '['
        ? null
        : key + ":* is any value, " + key + ":\"\" the empty text";
  }

  static @Nullable String bound(Scanner.Word word) {
    if (JOINED_BY_PLUS.matcher(word.plain()).find()) {
      return "+ joins nothing here; put a blank between terms";
    }
    return word.wildcard()
        ? "wildcards can't be ordered; leave the sign or the wildcard out"
        : null;
  }

  /** Operators of other languages at the start of a value. */
  static void refuseStrangeSign(Scanner in, String key) {
    char c = in.peek();
    char next = in.peek(1);
    String meant =
        switch (c) {
          case '=' -> next == '>' ? ">=" : next == '<' ? "<=" : next == '~' ? "/" : null;
          case '<' -> next == '>' ? "!=" : null;
          case '~' -> "/";
          case '!' -> next == '=' ? null : "!=";
          default -> null;
        };
    if (meant != null) {
      int value = in.at() + (next == '>' || next == '<' || next == '~' ? 2 : 1);
      meant += rest(in, value) + (meant.equals("/") ? "/" : "");
      throw in.error(
          in.at(),
          "a value, or one of > >= < <= = !=",
          "did you mean " + key + ":" + meant + "? Otherwise put the value in quotes");
    }
    if (QUOTES_OF_WORD_PROCESSORS.indexOf(c) >= 0 && c != 0) {
      throw in.error(in.at(), "a value", "use straight quotes (\") around values");
    }
  }

  /** A plus in place of a blank, as in URLs, with another term behind it. */
  static void refuseJoinedByPlus(Scanner in, Scanner.Word word) {
    Matcher plus = JOINED_BY_PLUS.matcher(word.plain());
    if (!word.quoted() && plus.find()) {
      throw in.error(
          word.start() + plus.start(),
          "a blank between terms",
          "+ joins nothing here: write a blank, or quote the value if the + belongs to it");
    }
  }
}
