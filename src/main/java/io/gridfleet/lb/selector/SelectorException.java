package io.gridfleet.lb.selector;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A selector that can't be read: where, what was expected there, and what was probably meant. The
 * message goes to the client as it is (W3C {@code invalid argument}); it starts with AppiumLB's
 * text for this case and shows the place with a caret.
 */
public final class SelectorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** AppiumLB's text both for "nothing matches" and for a selector that can't be read. */
  static final String OPENING = "No matched devices were found";

  /** The number of characters shown on each side of the caret; both fit a terminal line. */
  private static final int SHOWN_EACH_SIDE = 50;

  private final int line;
  private final int column;
  private final String text;
  private final String expected;
  private final @Nullable String hint;

  private SelectorException(Place place, String expected, @Nullable String hint, String text) {
    super(text, null, false, false);
    this.text = text;
    this.line = place.line();
    this.column = place.column();
    this.expected = expected;
    this.hint = hint;
  }

  /** An error at a place (an index of UTF-16 units) of the text that was given. */
  static SelectorException at(String source, int offset, String expected, @Nullable String hint) {
    Place place = Place.of(source, offset);
    return new SelectorException(place, expected, hint, text(place, expected, hint));
  }

  /** The message: AppiumLB's opening, the place, the line with a caret below it, the hint. */
  public String text() {
    return text;
  }

  /** The line of the text, from 1. */
  public int line() {
    return line;
  }

  /** The column in that line, from 1, counted in characters as a reader sees them (code points). */
  public int column() {
    return column;
  }

  /** What was expected there, or what is wrong with the text there. */
  public String expected() {
    return expected;
  }

  /** What was probably meant, if that can be guessed. */
  public @Nullable String hint() {
    return hint;
  }

  private static String text(Place place, String expected, @Nullable String hint) {
    String text =
        String.format(
            Locale.ROOT,
            "%s: the selector can't be read at line %d, column %d: expected %s%n  %s%n  %s^",
            OPENING,
            place.line(),
            place.column(),
            expected,
            place.shown(),
            " ".repeat(place.indent()));
    return (hint == null ? text : text + "\nhint: " + hint).replace("\r\n", "\n");
  }

  /** A position as line and column from 1, with the part of the line to show. */
  private record Place(int line, int column, String shown, int indent) {
    static Place of(String source, int offset) {
      int at = Math.max(0, Math.min(offset, source.length()));
      int line = 1;
      int start = 0;
      for (int i = 0; i < at; i++) {
        if (source.charAt(i) == '\n') {
          line++;
          start = i + 1;
        }
      }
      int end = source.indexOf('\n', at);
      end = end < 0 ? source.length() : end;
      int from = Math.max(start, at - SHOWN_EACH_SIDE);
      int to = Math.min(end, at + SHOWN_EACH_SIDE);
      String before = (from > start ? "…" : "") + printable(source.substring(from, at));
      String after = printable(source.substring(at, to)) + (to < end ? "…" : "");
      return new Place(
          line,
          source.codePointCount(start, at) + 1,
          before + after,
          before.codePointCount(0, before.length()));
    }

    private static String printable(String text) {
      StringBuilder shown = new StringBuilder(text.length());
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean lone =
            Character.isSurrogate(c)
                && !(Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1)))
                && !(Character.isLowSurrogate(c)
                    && i > 0
                    && Character.isHighSurrogate(text.charAt(i - 1)));
        shown.append(c == '\t' ? ' ' : Character.isISOControl(c) || lone ? '\uFFFD' : c);
      }
      return shown.toString();
    }
  }
}
