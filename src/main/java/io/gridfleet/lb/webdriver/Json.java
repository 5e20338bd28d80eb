package io.gridfleet.lb.webdriver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON in and out as plain values: {@code Map} (in the order of the text), {@code List}, {@code
 * String}, {@code Number}, {@code Boolean}, null. Everything read is bounded; whatever breaks a
 * bound or the grammar is a {@link ProtocolException} with {@code invalid argument}.
 */
public final class Json {
  /** Real capability sets nest below ten; a parser's stack must not be the client's to choose. */
  private static final int DEEPEST = 500;

  /**
   * Values of one document: a body of nothing but brackets would else cost fifty times its size.
   */
  private static final long MAX_TOKENS = 500_000;

  /** Characters of a text; apps and profiles travel in capabilities as Base64. */
  private static final int MAX_TEXT_LENGTH = 20_000_000;

  /** Digits of a number: above the 309 of a double, far below what is quadratic to convert. */
  private static final int MAX_NUMBER_LENGTH = 400;

  /** Above what a double and Appium's JavaScript hold; written out, one is a line of text. */
  private static final int MAX_EXPONENT = 1_000;

  /** Characters of the parser's own words that an error message repeats. */
  private static final int MAX_REASON_LENGTH = 160;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxTokenCount(MAX_TOKENS)
                          .maxStringLength(MAX_TEXT_LENGTH)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // A double would turn 1e400 into Infinity, which has no form on the wire.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private static final ObjectReader TOLERANT = MAPPER.readerFor(Object.class);

  private static final ObjectReader STRICT =
      TOLERANT.with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

  private Json() {}

  /** The JSON object in these bytes; a name that stands twice in any object is an error. */
  public static Map<String, Object> object(byte[] utf8) {
    return asObject(parse(STRICT, decode(utf8)));
  }

  /** The JSON object in this text; a name that stands twice in any object is an error. */
  public static Map<String, Object> object(String text) {
    return asObject(parse(STRICT, text));
  }

  /** The JSON object in an answer of a node: where a name stands twice, the last one counts. */
  public static Map<String, Object> objectFromNode(byte[] utf8) {
    return asObject(parse(TOLERANT, decode(utf8)));
  }

  /** Any JSON value; a name that stands twice in any object is an error. */
  public static @Nullable Object value(String text) {
    return parse(STRICT, text);
  }

  /** UTF-8 of plain values. A lone surrogate, which UTF-8 can't carry, becomes a question mark. */
  public static byte[] bytes(@Nullable Object value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  /** The text of plain values, on one line. */
  public static String text(@Nullable Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a plain JSON value: " + e.getOriginalMessage(), e);
    }
  }

  private static @Nullable Object parse(ObjectReader reader, String text) {
    try {
      Object value = reader.readValue(text);
      if (value == null && text.isBlank()) {
        throw ProtocolException.invalidArgument("The body is empty; a JSON object was expected");
      }
      bound(value);
      return value;
    } catch (NumberFormatException e) {
      // Jackson lets this one through when an exponent is beyond what BigDecimal holds.
      throw farAway();
    } catch (JsonProcessingException e) {
      throw ProtocolException.invalidArgument("The body is not valid JSON: " + reason(e));
    }
  }

  /** Refuses numbers that are short to write and endless to write out. */
  private static void bound(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(Json::bound);
    } else if (value instanceof List<?> list) {
      list.forEach(Json::bound);
    } else if (value instanceof BigDecimal number && Math.abs(number.scale()) > MAX_EXPONENT) {
      throw farAway();
    }
  }

  private static ProtocolException farAway() {
    return ProtocolException.invalidArgument(
        "The body is not valid JSON: Number with an exponent beyond " + MAX_EXPONENT);
  }

  private static String reason(JsonProcessingException e) {
    JsonLocation place = e.getLocation();
    return place == null
        ? words(e)
        : words(e) + " (line %d, column %d)".formatted(place.getLineNr(), place.getColumnNr());
  }

  private static String words(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "it ends too early";
    }
    if (e instanceof MismatchedInputException) {
      return "something follows its end";
    }
    String words = e.getOriginalMessage().replaceAll("\\s+", " ");
    return words.length() > MAX_REASON_LENGTH ? words.substring(0, MAX_REASON_LENGTH) : words;
  }

  private static String decode(byte[] utf8) {
    try {
      CharBuffer text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(utf8));
      return text.toString();
    } catch (CharacterCodingException e) {
      throw ProtocolException.invalidArgument("The body is not valid UTF-8");
    }
  }

  @SuppressWarnings("unchecked") // the mapper makes objects into maps with string keys
  private static Map<String, Object> asObject(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw ProtocolException.invalidArgument(
        "The body must be a JSON object, not " + JsonType.of(value));
  }
}
