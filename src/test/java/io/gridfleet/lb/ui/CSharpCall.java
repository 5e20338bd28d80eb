package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a call whose arguments are regular string literals as ECMA-334 has them (6.4.5.6): a
 * character that is no quote, no backslash and no end of a line, or an escape.
 */
final class CSharpCall {
  private static final String LITERAL =
      "\"((?:[^\"\\\\\\r\\n\\x{85}\\x{2028}\\x{2029}]"
          + "|\\\\['\"\\\\0abfnrtv]|\\\\x[0-9A-Fa-f]{1,4}|\\\\u[0-9A-Fa-f]{4}|\\\\U[0-9A-Fa-f]{8})*)\"";

  private static final Pattern CALL =
      Pattern.compile("[A-Za-z]+\\.([A-Za-z]+)\\(" + LITERAL + ", " + LITERAL + "\\);");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:x([0-9A-Fa-f]{1,4})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))");

  private static final Map<String, String> SIMPLE =
      Map.of(
          "0", "\0", "a", "\7", "b", "\b", "f", "\f", "n", "\n", "r", "\r", "t", "\t", "v", "\13");

  private CSharpCall() {}

  /** The method's name and its two arguments. */
  static List<String> read(String code) {
    Matcher call = CALL.matcher(code);
    assertThat(call.matches()).as(code).isTrue();
    return List.of(call.group(1), text(call.group(2)), text(call.group(3)));
  }

  private static String text(String written) {
    return ESCAPE
        .matcher(written)
        .replaceAll(escape -> Matcher.quoteReplacement(character(escape)));
  }

  private static String character(MatchResult escape) {
    String simple = escape.group(4);
    if (simple != null) {
      return SIMPLE.getOrDefault(simple, simple);
    }
    for (int group = 1; group <= 3; group++) {
      if (escape.group(group) != null) {
        return Character.toString(Integer.parseInt(escape.group(group), 16));
      }
    }
    throw new IllegalStateException(escape.group());
  }
}
