package io.gridfleet.lb.selector;

/** Limits of a selector, several times above the largest known from practice. */
final class SelectorLimits {
  /** Characters of the text, or of its JSON. */
  static final int MAX_CHARACTERS = 8 * 1024;

  /** Nested groups and negations; each is a frame or two of the stack. */
  static final int MAX_DEPTH = 64;

  /** Terms, each member of a set counted. */
  static final int MAX_TERMS = 256;

  /** Characters of one value; attributes that selectors refer to are shorter. */
  static final int MAX_VALUE = 1024;

  /** Characters of one pattern with wildcards: its matching may take pattern times text. */
  static final int MAX_PATTERN = 512;

  /**
   * Characters behind the first {@code *} of a pattern, of all patterns together: each of them may
   * be compared at each character of a value.
   */
  static final int MAX_AFTER_STAR = 512;

  /**
   * Instructions of all regular expressions together: each of them may be looked at for each
   * character of a value.
   */
  static final int MAX_INSTRUCTIONS = 256;

  private SelectorLimits() {}
}
