package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the string form (selectors.md#grammar): not binds tightest, then comma, then blank or AND,
 * then the word OR, which can't stand beside a comma in one group.
 */
final class TextParser {
  private final Scanner in;
  private final ParseBudget reading;
  private final TermParser terms;

  private TextParser(String text, ParseBudget reading) {
    this.in = new Scanner(text);
    this.reading = reading;
    this.terms = new TermParser(in, reading);
  }

  static Clause parse(String text, ParseBudget reading) {
    TextParser parser = new TextParser(text, reading);
    parser.in.blanks();
    if (parser.in.atEnd()) {
      return new Clause.Everything();
    }
    Clause clause = parser.group();
    if (!parser.in.atEnd()) {
      throw parser.in.error(parser.in.at(), "the end, or another term", "there is no ( for this )");
    }
    return clause;
  }

  /** The positions of the two spellings of or in a group; -1 for none. */
  private static final class Ors {
    private int comma = -1;
    private int word = -1;
  }

  private Clause group() {
    Ors ors = new Ors();
    List<Clause> parts = new ArrayList<>();
    parts.add(conjunction(ors));
    int place = in.at();
    while (in.keyword("OR")) {
      ors.word = place;
      refuseBothOrs(ors);
      in.blanks();
      parts.add(conjunction(ors));
      place = in.at();
    }
    return Clause.any(parts);
  }

  private void refuseBothOrs(Ors ors) {
    if (ors.word >= 0 && ors.comma >= 0) {
      throw in.error(
          Math.max(ors.word, ors.comma),
          "either commas or OR in one group, not both",
          "a comma binds tighter than a blank and OR looser, so a:1 b:2,c:3 OR d:4 could be read as"
              + " (a:1 (b:2,c:3)) OR d:4 or as a:1 (b:2,c:3,d:4); put parentheses");
    }
  }

  /** Terms with blanks or AND between them; ends at the end, a closing parenthesis, or OR. */
  private Clause conjunction(Ors ors) {
    List<Clause> parts = new ArrayList<>();
    parts.add(disjunction(ors));
    while (true) {
      boolean apart = in.blanks();
      int place = in.at();
      if (in.atEnd() || in.peek() == ')' || in.keyword("OR")) {
        in.back(place);
        return Clause.all(parts);
      }
      if (in.keyword("AND")) {
        in.blanks();
      } else if (!apart) {
        throw in.error(place, "a blank or a comma before the next term", Suggestions.joiner(in));
      }
      parts.add(disjunction(ors));
    }
  }

  private Clause disjunction(Ors ors) {
    List<Clause> parts = new ArrayList<>();
    parts.add(factor());
    while (true) {
      int place = in.at();
      in.blanks();
      if (in.peek() != ',') {
        in.back(place);
        noteOrAcrossKeys(parts);
        return Clause.any(parts);
      }
      ors.comma = in.at();
      refuseBothOrs(ors);
      in.take(",");
      in.blanks();
      if (in.atEnd() || in.peek() == ')') {
        throw in.error(in.at(), Suggestions.EXPECTED_TERM + " after the comma", null);
      }
      parts.add(factor());
    }
  }

  /** Warns about a comma between different keys, which is often meant as "and". */
  private void noteOrAcrossKeys(List<Clause> parts) {
    Set<String> keys = new TreeSet<>();
    for (Clause part : parts) {
      if (part instanceof Clause.Term term) {
        keys.add(term.key());
      }
    }
    if (keys.size() > 1) {
      reading.note(
          "or-across-keys: a comma means or, so a device needs only one of "
              + String.join(", ", keys)
              + "; put a blank instead of the comma if all must hold");
    }
  }

  private Clause factor() {
    int place = in.at();
    if (in.take("-") || in.take("!") || in.keyword("NOT")) {
      reading.deeper(place);
      in.blanks();
      Clause part = factor();
      reading.higher();
      return Clause.not(part);
    }
    if (!in.take("(")) {
      return terms.term();
    }
    reading.deeper(place);
    in.blanks();
    Clause clause = group();
    if (!in.take(")")) {
      throw in.error(place, "a closing ) for this parenthesis", null);
    }
    reading.higher();
    return clause;
  }
}
