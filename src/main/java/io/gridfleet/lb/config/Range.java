package io.gridfleet.lb.config;

import io.gridfleet.lb.config.Yaml.Scalar;

/** The limits that a {@link Key} sets to its value. */
final class Range {
  private Range() {}

  /** Text that follows "must be"; empty when the value is in range. */
  static String outside(Class<?> type, Key key, Object value) {
    if (!key.min().isEmpty() && compare(type, value, key.min()) < 0) {
      return "at least " + key.min();
    }
    return !key.max().isEmpty() && compare(type, value, key.max()) > 0
        ? "at most " + key.max()
        : "";
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // both values come from the same parser
  private static int compare(Class<?> type, Object value, String limit) {
    Object other = Scalars.parse(type, new Scalar(SourceLocation.outside("limit"), limit, true));
    return ((Comparable) value).compareTo(other);
  }
}
