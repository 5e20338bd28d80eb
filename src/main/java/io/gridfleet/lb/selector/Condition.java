package io.gridfleet.lb.selector;

/** A condition on one key's value. Texts are folded, so equivalent conditions are equal. */
sealed interface Condition {
  /** The device has the key. */
  record Exists() implements Condition {}

  /**
   * The value is this text (or this number). Of a version it is a prefix: 13 is 13 and 13.x, unless
   * exact.
   */
  record Equal(String text, boolean exact) implements Condition {}

  /**
   * The value matches a pattern with {@code *} and {@code ?}; a backslash makes either a character.
   */
  record Like(String pattern) implements Condition {}

  /** A regular expression is found in the value. */
  record Matches(String expression) implements Condition {}

  /** The value has this order relation to a number or version. */
  record Compare(Order order, String text) implements Condition {}

  /** The value is a number or version between two, both included. */
  record Range(String from, String to) implements Condition {}

  /** An order relation of two values. */
  enum Order {
    MORE(">"),
    AT_LEAST(">="),
    LESS("<"),
    AT_MOST("<=");

    private final String sign;

    Order(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }

    boolean holds(int comparison) {
      return switch (this) {
        case MORE -> comparison > 0;
        case AT_LEAST -> comparison >= 0;
        case LESS -> comparison < 0;
        case AT_MOST -> comparison <= 0;
      };
    }
  }
}
