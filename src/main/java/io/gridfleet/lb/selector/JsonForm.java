package io.gridfleet.lb.selector;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON form: keys are and, lists are or, {@code $any}, {@code $all} and {@code $not} hold
 * selectors, a string where a selector is expected is the string form. What a key holds is read by
 * {@link JsonCondition}.
 */
final class JsonForm {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_SINGLE_QUOTES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(SelectorLimits.MAX_DEPTH + 4).build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder()
                  .maxNestingDepth(SelectorLimits.MAX_DEPTH + 4)
                  .build())
          .build();

  private static final ObjectMapper MAPPER = new ObjectMapper(JSON);

  /** Where the details of the parser itself begin in its messages. */
  private static final Pattern FIRST_SENTENCE =
      Pattern.compile("( \\(|: was expecting|: expected|\n)");

  private final String text;
  private final JsonParser in;
  private final ParseBudget reading;
  private final JsonCondition conditions;

  private JsonForm(String text, JsonParser in, ParseBudget reading) {
    this.text = text;
    this.in = in;
    this.reading = reading;
    this.conditions = new JsonCondition(text, in, reading);
  }

  static boolean looksLike(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Scanner.blank(c)) {
        return c == '{' || c == '[';
      }
    }
    return false;
  }

  /** A map or list as JSON text, no longer than a selector may be. */
  static String write(Object value) {
    BoundedText text = new BoundedText();
    try {
      MAPPER.writeValue(text, value);
      return text.toString();
    } catch (IOException | RuntimeException e) {
      String written = text.toString();
      throw SelectorException.at(
          written, written.length(), "an object of texts, numbers and lists, within bounds", null);
    }
  }

  static Clause parse(String text, ParseBudget reading) {
    try (JsonParser in = JSON.createParser(text)) {
      JsonForm form = new JsonForm(text, in, reading);
      in.nextToken();
      Clause clause = form.selector();
      if (in.nextToken() != null) {
        throw SelectorException.at(text, form.place(), "nothing after the JSON value", null);
      }
      return clause;
    } catch (JsonProcessingException e) {
      throw unreadable(text, e);
    } catch (IOException e) {
      throw SelectorException.at(text, 0, "JSON", null);
    }
  }

  private static SelectorException unreadable(String text, JsonProcessingException e) {
    long offset = e.getLocation() == null ? 0 : e.getLocation().getCharOffset();
    String what = e.getOriginalMessage();
    boolean twice = what.startsWith("Duplicate");
    return SelectorException.at(
        text,
        (int) Math.max(0, Math.min(offset, text.length())),
        twice
            ? "every key once"
            : "JSON that can be read (" + FIRST_SENTENCE.split(what, 2)[0] + ")",
        twice ? "ask a key twice with {\"$all\": [{…}, {…}]}" : hintOfWord(what));
  }

  private static @Nullable String hintOfWord(String what) {
    return what.matches("(?s).*'(True|False|None)'.*") ? "JSON writes true, false and null" : null;
  }

  private int place() {
    return JsonCondition.place(in);
  }

  /** Starts at the first token of a selector and stops at its last. */
  private Clause selector() throws IOException {
    int place = place();
    reading.deeper(place);
    JsonToken token = in.currentToken();
    Clause clause;
    if (token == JsonToken.START_OBJECT) {
      clause = object();
    } else if (token == JsonToken.START_ARRAY) {
      clause = Clause.any(selectors());
    } else if (token == JsonToken.VALUE_STRING) {
      String inner = in.getText();
      clause = TextParser.parse(inner, reading.within(inner));
    } else {
      throw SelectorException.at(text, place, "an object, a list, or a string", null);
    }
    reading.higher();
    return clause;
  }

  private List<Clause> selectors() throws IOException {
    int place = place();
    if (in.currentToken() != JsonToken.START_ARRAY) {
      throw SelectorException.at(text, place, "a list of selectors", null);
    }
    List<Clause> clauses = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      clauses.add(selector());
    }
    if (clauses.isEmpty()) {
      throw SelectorException.at(text, place, "at least one selector in the list", null);
    }
    return clauses;
  }

  private Clause object() throws IOException {
    List<Clause> parts = new ArrayList<>();
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String name = in.currentName();
      int place = place();
      in.nextToken();
      parts.add(member(name, place));
    }
    return Clause.all(parts);
  }

  private Clause member(String name, int place) throws IOException {
    return switch (name) {
      case "$any" -> Clause.any(selectors());
      case "$all" -> Clause.all(selectors());
      case "$not" -> negated(place);
      default -> {
        if (!Keys.valid(name)) {
          throw SelectorException.at(text, place, expectedKey(), hint(name));
        }
        yield conditions.read(CaseFolding.text(name));
      }
    };
  }

  private Clause negated(int place) throws IOException {
    Clause part = selector();
    if (part instanceof Clause.Everything) {
      throw SelectorException.at(text, place, "something to negate", null);
    }
    return Clause.not(part);
  }

  private static String expectedKey() {
    return "a key: a letter, then letters, digits, _ . or -, at most "
        + Keys.MAX_CHARACTERS
        + " characters";
  }

  private static @Nullable String hint(String name) {
    return name.startsWith("$") ? "the names with a dollar are $any, $all and $not" : null;
  }
}
