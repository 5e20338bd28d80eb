package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.List;

/** Reads one term of the string form: key, colon, condition. */
final class TermParser {
  private final Scanner in;
  private final ParseBudget reading;

  /** Where the last term's value began, for a hint about what follows it; -1 before the first. */
  private int lastValue = -1;

  private String lastKey = "";

  TermParser(Scanner in, ParseBudget reading) {
    this.in = in;
    this.reading = reading;
  }

  Clause term() {
    int start = in.at();
    String written = in.key();
    if (written.isEmpty()) {
      throw in.error(start, Suggestions.EXPECTED_TERM, Suggestions.noKey(in, lastKey, lastValue));
    }
    if (written.length() > Keys.MAX_CHARACTERS) {
      throw in.error(start, "a key of at most " + Keys.MAX_CHARACTERS + " characters", null);
    }
    int afterKey = in.at();
    in.blanks();
    if (!in.take(":")) {
      throw Suggestions.noColon(
          in, new Suggestions.Loose(start, afterKey, written, lastKey, lastValue));
    }
    in.blanks();
    String key = CaseFolding.text(written);
    lastKey = written;
    lastValue = in.at();
    return question(key);
  }

  private Clause question(String key) {
    int place = in.at();
    Suggestions.refuseStrangeSign(in, key);
    if (in.take("!=")) {
      in.blanks();
      return Clause.not(matching(key, true));
    }
    for (Condition.Order order :
        List.of(
            Condition.Order.AT_LEAST,
            Condition.Order.AT_MOST,
            Condition.Order.MORE,
            Condition.Order.LESS)) {
      if (in.take(order.sign())) {
        return comparison(key, order, place);
      }
    }
    if (in.take("==") || in.take("=")) {
      in.blanks();
      return matching(key, true);
    }
    return matching(key, false);
  }

  private Clause comparison(String key, Condition.Order order, int place) {
    in.blanks();
    reading.term(place);
    String bound = bound(key, "after " + order.sign());
    return new Clause.Term(key, new Condition.Compare(order, bound));
  }

  /** A number or version, folded. */
  private String bound(String key, String where) {
    int place = in.at();
    Scanner.Word word = word(where);
    String problem = Conditions.orderProblem(key, word.plain());
    if (problem != null) {
      throw in.error(place, problem + ", " + where, Suggestions.bound(word));
    }
    return CaseFolding.text(word.plain());
  }

  private Clause matching(String key, boolean exact) {
    int place = in.at();
    if (!in.take("[")) {
      return one(key, exact);
    }
    List<Clause> members = new ArrayList<>();
    do {
      in.blanks();
      if (in.peek() == ']') {
        throw in.error(in.at(), "a value in the brackets", null);
      }
      members.add(one(key, exact));
      in.blanks();
    } while (in.take(","));
    if (!in.take("]")) {
      throw in.error(
          in.atEnd() ? place : in.at(),
          in.atEnd() ? "a closing ] for this bracket" : "a comma or ] after the value",
          in.atEnd() ? null : "a value with blanks needs quotes");
    }
    return Clause.any(members);
  }

  private Clause one(String key, boolean exact) {
    int place = in.at();
    reading.term(place);
    if (in.peek() == '/') {
      Condition expression = reading.expression(place, in.expression());
      return new Clause.Term(key, expression);
    }
    Scanner.Word word = word("after " + key + ":");
    if (in.peek() == '.' && in.peek(1) == '.') {
      return range(key, word);
    }
    Suggestions.refuseJoinedByPlus(in, word);
    Condition condition = exact ? Conditions.exact(key, word.plain()) : Conditions.plain(word);
    note(key, word, exact);
    reading.pattern(place, condition);
    return new Clause.Term(key, condition);
  }

  private void note(String key, Scanner.Word word, boolean exact) {
    if (exact && word.wildcard()) {
      reading.note(
          "exactly "
              + key
              + ": behind = the * and ? are characters; leave the = out for a wildcard");
    }
    int colon = word.plain().indexOf(':');
    if (!word.quoted()
        && colon > 0
        && Keys.known(CaseFolding.text(word.plain().substring(0, colon)))) {
      reading.note(
          "the value of "
              + key
              + " is "
              + word.plain()
              + ", which looks like a term of its own: is a value or a blank missing?");
    }
  }

  private Clause range(String key, Scanner.Word from) {
    String problem = Conditions.orderProblem(key, from.plain());
    if (problem != null) {
      throw in.error(
          from.start(), problem + ", before ..", "a text with two dots in it needs quotes");
    }
    in.take("..");
    String to = bound(key, "after ..");
    String first = CaseFolding.text(from.plain());
    if (!Conditions.ordered(key, first, to)) {
      throw in.error(from.start(), "the smaller bound first", key + ":" + to + ".." + first);
    }
    return new Clause.Term(key, new Condition.Range(first, to));
  }

  private Scanner.Word word(String where) {
    int place = in.at();
    Scanner.Word word = in.value();
    if (word.plain().isEmpty() && !word.quoted()) {
      throw in.error(place, "a value " + where, Suggestions.noValue(in, lastKey, lastValue, place));
    }
    reading.value(place, word.plain());
    return word;
  }
}
