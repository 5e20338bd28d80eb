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
 * Reads and writes JSON as plain values: {@code Map} (in the order of the text), {@code List},
 * {@code String}, {@code Number}, {@code Boolean}, null. Everything read is bounded; a violation of
 * a bound or of the grammar is a {@link ProtocolException} with {@code invalid argument}.
 */
public final class Json {
  /**
   * Real capability sets nest below ten; clients must not determine the depth of the parser's
   * stack.
   */
  private static final int DEEPEST = 500;

  /** Values of one document: a body of only brackets would otherwise take fifty times its size. */
  private static final long MAX_TOKENS = 500_000;

  /** Characters of a text; apps and profiles travel in capabilities as Base64. */
  private static final int MAX_TEXT_LENGTH = 20_000_000;

  /** Digits of a number: above the 309 of a double, far below what is quadratic to convert. */
  private static final int MAX_NUMBER_LENGTH = 400;

  /** Above what a double and Appium's JavaScript hold; written out, one is a line of text. */
  private static final int MAX_EXPONENT = 1_000;

  /** Characters of the parser's message that an error message repeats. */
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

  /** Parses a JSON object; a repeated name in any object is an error. */
  public static Map<String, Object> object(byte[] utf8) {
    return asObject(parse(STRICT, decode(utf8)));
  }

  /** Parses a JSON object; a repeated name in any object is an error. */
  public static Map<String, Object> object(String text) {
    return asObject(parse(STRICT, text));
  }

  /** Parses the JSON object of a node's answer; of a repeated name the last value counts. */
  public static Map<String, Object> objectFromNode(byte[] utf8) {
    return asObject(parse(TOLERANT, decode(utf8)));
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
      // Jackson throws this when an exponent is beyond the range of BigDecimal.
      throw farAway();
    } catch (JsonProcessingException e) {
      throw ProtocolException.invalidArgument("The body is not valid JSON: " + reason(e));
    }
  }

  /** Refuses numbers whose exponent would make their decimal form too long. */
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
        ? shortened(e)
        : shortened(e) + " (line %d, column %d)".formatted(place.getLineNr(), place.getColumnNr());
  }

  private static String shortened(JsonProcessingException e) {
    if (e instanceof JsonEOFException) {
      return "it ends too early";
    }
    if (e instanceof MismatchedInputException) {
      return "something follows its end";
    }
    String text = e.getOriginalMessage().replaceAll("\\s+", " ");
    return text.length() > MAX_REASON_LENGTH ? text.substring(0, MAX_REASON_LENGTH) : text;
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
