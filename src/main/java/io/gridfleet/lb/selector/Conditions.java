package io.gridfleet.lb.selector;

import org.jspecify.annotations.Nullable;

/** Creates conditions, in one canonical way for both forms. */
final class Conditions {
  private Conditions() {}

  /** A plain value: a text, or a pattern if it holds wildcards. */
  static Condition plain(Scanner.Word word) {
    if (!word.wildcard()) {
      return new Condition.Equal(CaseFolding.text(word.plain()), false);
    }
    String pattern = Wildcard.canonical(CaseFolding.text(word.pattern()));
    return pattern.equals("*") ? new Condition.Exists() : new Condition.Like(pattern);
  }

  /** Exactly this text: it differs from a plain one only where versions are compared. */
  static Condition exact(String key, String text) {
    String folded = CaseFolding.text(text);
    boolean differs = Keys.version(key) && VersionValue.parse(folded) != null;
    return new Condition.Equal(folded, differs);
  }

  /** Returns what a text should be to be ordered under a key; null if it can be ordered. */
  static @Nullable String orderProblem(String key, String text) {
    Value value = Value.ofText(text);
    if (Keys.version(key)) {
      return value.version() == null ? "a version, such as 13 or 17.4" : null;
    }
    return value.number == null && value.version() == null
        ? "a number or a version, such as 80 or 17.4"
        : null;
  }

  /** Returns whether two bounds are in this order under a key. */
  static boolean ordered(String key, String from, String to) {
    Value one = Value.ofText(from);
    Value other = Value.ofText(to);
    boolean version = Keys.version(key);
    return Check.comparable(one, other, version) && Check.compare(one, other, version) <= 0;
  }
}
