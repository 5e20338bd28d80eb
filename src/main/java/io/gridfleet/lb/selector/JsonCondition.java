package io.gridfleet.lb.selector;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a key holds in the JSON form: a scalar, a list of them, or an object of operators. */
final class JsonCondition {
  private static final List<String> OPERATORS =
      List.of("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "like", "regex", "exists");

  /** A scalar such as ">9" is a comparison, as in the string form. */
  private static final Pattern COMPARISON = Pattern.compile("(>=|<=|>|<)\\s*[-v]?[0-9]");

  private final String text;
  private final JsonParser in;
  private final ParseBudget reading;

  JsonCondition(String text, JsonParser in, ParseBudget reading) {
    this.text = text;
    this.in = in;
    this.reading = reading;
  }

  /** Whether a scalar text is read as a comparison. */
  static boolean isComparison(String written) {
    return COMPARISON.matcher(written).lookingAt();
  }

  static int place(JsonParser in) {
    return (int) Math.max(0, in.currentTokenLocation().getCharOffset());
  }

  /** Starts at the first token of the value and stops at its last. */
  Clause read(String key) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.START_ARRAY) {
      return list(key);
    }
    return token == JsonToken.START_OBJECT ? operators(key) : plain(key);
  }

  private Clause list(String key) throws IOException {
    int place = place(in);
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw error(place, "a list of values", null);
    }
    List<Clause> members = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      members.add(plain(key));
    }
    if (members.isEmpty()) {
      throw error(place, "at least one value in the list", "an empty list would fit no device");
    }
    return Clause.any(members);
  }

  private Clause operators(String key) throws IOException {
    int start = place(in);
    List<Clause> parts = new ArrayList<>();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String operator = in.currentName();
      int place = place(in);
      in.nextToken();
      parts.add(operator(key, operator, place));
    }
    if (parts.isEmpty()) {
      throw error(start, "an operator: one of " + String.join(", ", OPERATORS), null);
    }
    return Clause.all(parts);
  }

  private Clause operator(String key, String operator, int place) throws IOException {
    return switch (operator) {
      case "eq" -> exact(key);
      case "ne" -> Clause.not(exact(key));
      case "gt" -> comparison(key, Condition.Order.MORE);
      case "gte" -> comparison(key, Condition.Order.AT_LEAST);
      case "lt" -> comparison(key, Condition.Order.LESS);
      case "lte" -> comparison(key, Condition.Order.AT_MOST);
      case "in" -> list(key);
      case "nin" -> Clause.not(list(key));
      case "like" -> plain(key);
      case "regex" -> expression(key);
      case "exists" -> exists(key);
      default ->
          throw error(
              place, "an operator: one of " + String.join(", ", OPERATORS), hint(key, operator));
    };
  }

  private static @Nullable String hint(String key, String operator) {
    String bare = operator.startsWith("$") ? operator.substring(1) : operator;
    String folded = bare.toLowerCase(Locale.ROOT);
    if (OPERATORS.contains(folded)) {
      return "did you mean " + folded + "? Operators are lower case and have no dollar";
    }
    List<String> near = Keys.nearest(bare, OPERATORS);
    return near.isEmpty()
        ? "an object within an object is reached with a dot: \"" + key + "." + bare + "\""
        : "did you mean " + near.get(0) + "?";
  }

  private Clause plain(String key) throws IOException {
    int place = place(in);
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return absent(key);
    }
    String written = scalar();
    if (in.currentToken() == JsonToken.VALUE_STRING && isComparison(written)) {
      return signed(key, written, place);
    }
    reading.term(place);
    Condition condition = Conditions.plain(word(written));
    reading.pattern(place, condition);
    return new Clause.Term(key, condition);
  }

  private Clause signed(String key, String written, int place) {
    for (Condition.Order order :
        List.of(
            Condition.Order.AT_LEAST,
            Condition.Order.AT_MOST,
            Condition.Order.MORE,
            Condition.Order.LESS)) {
      if (written.startsWith(order.sign())) {
        String bound = written.substring(order.sign().length()).strip();
        return comparison(key, order, bound, place);
      }
    }
    throw new IllegalStateException(written);
  }

  private Clause exact(String key) throws IOException {
    if (in.currentToken() == JsonToken.VALUE_NULL) {
      return absent(key);
    }
    reading.term(place(in));
    return new Clause.Term(key, Conditions.exact(key, scalar()));
  }

  private Clause comparison(String key, Condition.Order order) throws IOException {
    int place = place(in);
    return comparison(key, order, scalar(), place);
  }

  private Clause comparison(String key, Condition.Order order, String bound, int place) {
    reading.term(place);
    String problem = Conditions.orderProblem(key, bound);
    if (problem != null) {
      throw error(place, problem, null);
    }
    return new Clause.Term(key, new Condition.Compare(order, CaseFolding.text(bound)));
  }

  private Clause expression(String key) throws IOException {
    int place = place(in);
    reading.term(place);
    if (in.currentToken() != JsonToken.VALUE_STRING) {
      throw error(place, "a regular expression in a string", null);
    }
    return new Clause.Term(key, reading.expression(place, in.getText()));
  }

  private Clause exists(String key) throws IOException {
    String wanted = scalar();
    if (!wanted.equals("true") && !wanted.equals("false")) {
      throw error(place(in), "true or false", null);
    }
    return wanted.equals("false") ? absent(key) : exists(key, place(in));
  }

  private Clause absent(String key) {
    return Clause.not(exists(key, place(in)));
  }

  private Clause exists(String key, int place) {
    reading.term(place);
    return new Clause.Term(key, new Condition.Exists());
  }

  private String scalar() throws IOException {
    JsonToken token = in.currentToken();
    if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
      throw error(place(in), "a text, a number, true or false", null);
    }
    return reading.value(place(in), in.getText());
  }

  /** A backslash escapes a wildcard or itself, and is a character anywhere else. */
  private static Scanner.Word word(String written) {
    Scanner.Letters letters = new Scanner.Letters();
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      char next = i + 1 < written.length() ? written.charAt(i + 1) : 0;
      if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
        letters.literal(next);
        i++;
      } else if (c == '\\') {
        letters.literal(c);
      } else {
        letters.add(c);
      }
    }
    return letters.word(true, 0);
  }

  private SelectorException error(int place, String expected, @Nullable String hint) {
    return SelectorException.at(text, place, expected, hint);
  }
}
