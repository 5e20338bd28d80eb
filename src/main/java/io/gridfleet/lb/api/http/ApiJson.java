package io.gridfleet.lb.api.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads and writes JSON bodies and the times in them. */
public final class ApiJson {
  /** JSON null, for maps that reject Java's. */
  public static final JsonNode NULL = NullNode.getInstance();

  /** Bounds the parser's recursion; valid bodies are shallow. */
  private static final int MAX_DEPTH = 64;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Microseconds and Z, which every released client parses. */
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private record Time(Instant instant, String text) {}

  /** Instants that were asked for last. What another thread has displaced is formatted again. */
  private static final @Nullable Time[] times = new Time[64];

  private ApiJson() {}

  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException notOurs) {
      throw new UncheckedIOException(notOurs);
    }
  }

  static void write(Object value, OutputStream out) throws IOException {
    MAPPER.writeValue(out, value);
  }

  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Parses a body that must be an object; fails with 422. */
  static ObjectNode object(byte[] body) {
    if (body.length == 0) {
      throw ValidationErrors.one("missing", List.of("body"), "Field required", null);
    }
    JsonNode node;
    try {
      node = MAPPER.readTree(body);
    } catch (JsonProcessingException broken) {
      long at = broken.getLocation() == null ? 0 : broken.getLocation().getByteOffset();
      throw ValidationErrors.one(
          "json_invalid",
          List.of("body", Math.max(0, at)),
          "JSON decode error: " + broken.getOriginalMessage(),
          Map.of());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw ValidationErrors.one(
        "dict_type", List.of("body"), "Input should be a valid dictionary", node);
  }

  @SuppressWarnings("unchecked") // Jackson maps an object to string keys
  public static Map<String, Object> map(JsonNode node) {
    return MAPPER.convertValue(node, Map.class);
  }

  static Object plain(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }

  /** Reads a schema file of this package. */
  public static ObjectNode resource(String name) {
    try (var stream = ApiJson.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return (ObjectNode) MAPPER.readTree(stream);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** The text of an instant; the rows of a large list have few different ones. */
  public static String time(Instant instant) {
    int place = instant.hashCode() & (times.length - 1);
    Time known = times[place];
    if (known == null || !known.instant().equals(instant)) {
      known = new Time(instant, TIME.format(instant));
      times[place] = known;
    }
    return known.text();
  }

  static @Nullable public String time(Optional<Instant> instant) {
    return instant.map(ApiJson::time).orElse(null);
  }
}
