package io.gridfleet.lb.selector;

import java.util.List;
import java.util.stream.Collectors;

/** A syntax tree as indented lines, for golden files. */
final class TreeText {
  private TreeText() {}

  static String of(Clause clause) {
    return lines(clause, "");
  }

  private static String lines(Clause clause, String indent) {
    if (clause instanceof Clause.All all) {
      return indent + "and\n" + children(all.parts(), indent);
    }
    if (clause instanceof Clause.Any any) {
      return indent + "or\n" + children(any.parts(), indent);
    }
    if (clause instanceof Clause.Not not) {
      return indent + "not\n" + lines(not.part(), indent + "  ");
    }
    if (clause instanceof Clause.Term term) {
      return indent + term.key() + " " + condition(term.condition());
    }
    return indent + "everything";
  }

  private static String children(List<Clause> parts, String indent) {
    return parts.stream().map(part -> lines(part, indent + "  ")).collect(Collectors.joining("\n"));
  }

  private static String condition(Condition condition) {
    if (condition instanceof Condition.Equal equal) {
      return (equal.exact() ? "exactly " : "is ") + quoted(equal.text());
    }
    if (condition instanceof Condition.Like like) {
      return "like " + quoted(like.pattern());
    }
    if (condition instanceof Condition.Matches matches) {
      return "matches " + quoted(matches.expression());
    }
    if (condition instanceof Condition.Compare compare) {
      return compare.order().sign() + " " + quoted(compare.text());
    }
    if (condition instanceof Condition.Range range) {
      return "between " + quoted(range.from()) + " and " + quoted(range.to());
    }
    return "exists";
  }

  private static String quoted(String text) {
    return "<" + text.replace("\n", "\\n") + ">";
  }
}
