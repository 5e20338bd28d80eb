package io.gridfleet.lb.config;

import java.util.regex.Pattern;

/** Values as messages may show them: an invalid value may hold a password. */
final class Redacted {
  /** User and password of a url, however malformed: whatever stands before the last {@code @}. */
  private static final Pattern USER =
      Pattern.compile("^([A-Za-z][A-Za-z0-9+.-]*:(?://)?)?.*@", Pattern.DOTALL);

  private static final Pattern OPTION =
      Pattern.compile("((?:pass\\w*|pwd|secret|token)=)[^&;\\s]*", Pattern.CASE_INSENSITIVE);

  private Redacted() {}

  static String text(String value) {
    return OPTION.matcher(USER.matcher(value).replaceFirst("$1***@")).replaceAll("$1***");
  }
}
