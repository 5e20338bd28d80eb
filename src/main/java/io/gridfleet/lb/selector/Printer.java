package io.gridfleet.lb.selector;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a tree in the string form, so that reading it again gives the tree. */
final class Printer {
  private Printer() {}

  /** In the order of the tree. */
  static String print(Clause clause) {
    if (clause instanceof Clause.All all) {
      return all.parts().stream().map(Printer::within).collect(Collectors.joining(" "));
    }
    if (clause instanceof Clause.Any any) {
      return alternatives(any.parts());
    }
    if (clause instanceof Clause.Not not) {
      return "-" + grouped(not.part());
    }
    return clause instanceof Clause.Term term ? term(term) : "";
  }

  /** In alphabetical order of the parts, so that equal selectors give the same text. */
  static String normal(Clause clause) {
    return print(sorted(clause));
  }

  private static Clause sorted(Clause clause) {
    if (clause instanceof Clause.All all) {
      return Clause.all(sorted(all.parts()));
    }
    if (clause instanceof Clause.Any any) {
      return Clause.any(sorted(any.parts()));
    }
    return clause instanceof Clause.Not not ? Clause.not(sorted(not.part())) : clause;
  }

  private static List<Clause> sorted(List<Clause> parts) {
    record Printed(String text, Clause clause) {}
    return parts.stream()
        .map(Printer::sorted)
        .map(part -> new Printed(print(part), part))
        .sorted(Comparator.comparing(Printed::text))
        .map(Printed::clause)
        .toList();
  }

  /** Comma binds tighter than blank: only an "and" within an "or" needs parentheses. */
  private static String within(Clause part) {
    return part instanceof Clause.All ? grouped(part) : print(part);
  }

  /** Writes adjacent terms about values of one key as a set. */
  private static String alternatives(List<Clause> parts) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); ) {
      text.append(i == 0 ? "" : ",");
      int end = i;
      while (end < parts.size() && inSet(parts.get(i), parts.get(end))) {
        end++;
      }
      if (end - i < 2) {
        text.append(within(parts.get(i++)));
      } else {
        text.append(set(parts.subList(i, end)));
        i = end;
      }
    }
    return text.toString();
  }

  private static boolean inSet(Clause first, Clause other) {
    return first instanceof Clause.Term one
        && other instanceof Clause.Term two
        && one.key().equals(two.key())
        && member(one.condition())
        && member(two.condition());
  }

  /** Whether a set can contain it: conditions without a sign. */
  private static boolean member(Condition condition) {
    return !(condition instanceof Condition.Compare)
        && !(condition instanceof Condition.Equal equal && equal.exact());
  }

  private static String set(List<Clause> terms) {
    String key = ((Clause.Term) terms.get(0)).key();
    return terms.stream()
        .map(term -> condition(((Clause.Term) term).condition()))
        .collect(Collectors.joining(",", key + ":[", "]"));
  }

  private static String grouped(Clause clause) {
    boolean group = clause instanceof Clause.All || clause instanceof Clause.Any;
    return group ? "(" + print(clause) + ")" : print(clause);
  }

  private static String term(Clause.Term term) {
    return term.key() + ":" + condition(term.condition());
  }

  private static String condition(Condition condition) {
    if (condition instanceof Condition.Equal equal) {
      return (equal.exact() ? "=" : "") + literal(equal.text());
    }
    if (condition instanceof Condition.Like like) {
      return pattern(like.pattern());
    }
    if (condition instanceof Condition.Matches matches) {
      return "/" + matches.expression().replace("/", "\\/") + "/";
    }
    if (condition instanceof Condition.Compare compare) {
      return compare.order().sign() + literal(compare.text());
    }
    if (condition instanceof Condition.Range range) {
      return literal(range.from()) + ".." + literal(range.to());
    }
    return "*";
  }

  private static String literal(String text) {
    return bare(text, false) ? text : '"' + quoted(text, true) + '"';
  }

  private static String pattern(String pattern) {
    return bare(pattern, true) ? pattern : '"' + quoted(pattern, false) + '"';
  }

  /** Whether a text is unambiguous without quotes. */
  private static boolean bare(String text, boolean wildcards) {
    if (text.isEmpty() || text.contains("..") || text.startsWith(".") || text.endsWith(".")) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
      if (!plain && !(wildcards && (c == '*' || c == '?'))) {
        return false;
      }
    }
    return true;
  }

  /** A pattern contains its escapes already. */
  private static String quoted(String text, boolean plain) {
    StringBuilder quoted = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || (plain && (c == '\\' || c == '*' || c == '?'))) {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c) || lone(text, i) || blank(c)) {
        quoted.append(c == ' ' ? " " : String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.toString();
  }

  /** Whether a text has a lone surrogate. */
  static boolean unencodable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (lone(text, i)) {
        return true;
      }
    }
    return false;
  }

  /** A lone surrogate, which UTF-8 can't encode. */
  private static boolean lone(String text, int at) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1))
        : Character.isLowSurrogate(c)
            && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  /** Blanks that look like other blanks. */
  private static boolean blank(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }
}
