package io.gridfleet.lb.selector;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The limits of one selector while it is read, and notes of what is valid but probably unintended.
 */
final class ParseBudget {
  private final String source;
  private final Used used;

  /** Shared by a JSON text and the string forms inside it. */
  private static final class Used {
    private int depth;
    private int terms;
    private int expressions;
    private int afterStar;
    private int instructions;
    private final Set<String> notes = new LinkedHashSet<>();
  }

  ParseBudget(String source) {
    this(source, new Used());
  }

  /** For a text inside the first one. */
  ParseBudget within(String inner) {
    return new ParseBudget(inner, used);
  }

  private ParseBudget(String source, Used used) {
    this.source = source;
    this.used = used;
    if (source.length() > SelectorLimits.MAX_CHARACTERS) {
      throw SelectorException.at(
          source,
          SelectorLimits.MAX_CHARACTERS,
          "a selector of at most " + SelectorLimits.MAX_CHARACTERS + " characters",
          null);
    }
  }

  void note(String note) {
    used.notes.add(note);
  }

  /** The notes, each once, in the order of the text. */
  List<String> notes() {
    return List.copyOf(used.notes);
  }

  void deeper(int place) {
    if (++used.depth > SelectorLimits.MAX_DEPTH) {
      throw SelectorException.at(
          source, place, "at most " + SelectorLimits.MAX_DEPTH + " groups inside each other", null);
    }
  }

  void higher() {
    used.depth--;
  }

  void term(int place) {
    if (++used.terms > SelectorLimits.MAX_TERMS) {
      throw SelectorException.at(
          source,
          place,
          "at most " + SelectorLimits.MAX_TERMS + " terms, members of sets counted",
          "a wildcard or a regular expression may say it shorter");
    }
  }

  /** Checks a value as written. */
  String value(int place, String written) {
    if (written.length() > SelectorLimits.MAX_VALUE) {
      throw SelectorException.at(
          source, place, "a value of at most " + SelectorLimits.MAX_VALUE + " characters", null);
    }
    return written;
  }

  void pattern(int place, Condition condition) {
    if (condition instanceof Condition.Like like
        && like.pattern().length() > SelectorLimits.MAX_PATTERN) {
      throw SelectorException.at(
          source,
          place,
          "a value with wildcards of at most " + SelectorLimits.MAX_PATTERN + " characters",
          null);
    }
    if (condition instanceof Condition.Like like) {
      used.afterStar += Wildcard.afterStar(like.pattern());
      if (used.afterStar > SelectorLimits.MAX_AFTER_STAR) {
        throw SelectorException.at(
            source,
            place,
            "at most "
                + SelectorLimits.MAX_AFTER_STAR
                + " characters behind a * in all values with wildcards together",
            null);
      }
    }
  }

  /** Returns the bound of the work for one device, in the units of {@link Selector#MAX_WORK}. */
  int work() {
    return Selector.WORK_OF_A_TERM * used.terms
        + Selector.WORK_OF_A_SYMBOL * used.afterStar
        + Selector.WORK_OF_AN_INSTRUCTION * used.instructions;
  }

  /** A regular expression, canonical, that compiles. */
  Condition expression(int place, String written) {
    String expression = Regex.canonical(written);
    used.expressions += expression.length();
    if (used.expressions > Regex.MAX_CHARACTERS_TOGETHER) {
      throw SelectorException.at(
          source,
          place,
          "regular expressions of at most "
              + Regex.MAX_CHARACTERS_TOGETHER
              + " characters together",
          null);
    }
    Regex.Problem problem = Regex.problem(expression);
    if (problem != null) {
      throw SelectorException.at(source, place, problem.expected(), problem.hint());
    }
    used.instructions += Regex.compile(expression).programSize();
    if (used.instructions > SelectorLimits.MAX_INSTRUCTIONS) {
      throw SelectorException.at(
          source,
          place,
          "regular expressions of at most "
              + SelectorLimits.MAX_INSTRUCTIONS
              + " instructions together, each repetition counted",
          "use * or + instead of counted repetitions");
    }
    return new Condition.Matches(expression);
  }
}
