package io.gridfleet.lb.store.sql;

import io.gridfleet.lb.webdriver.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object written by this program: times and durations are milliseconds, absent values are
 * omitted.
 */
final class JsonDocument {
  private final Map<String, Object> members;

  private JsonDocument(Map<String, Object> members) {
    this.members = members;
  }

  static JsonDocument empty() {
    return new JsonDocument(new LinkedHashMap<>());
  }

  static JsonDocument read(String text) {
    return new JsonDocument(Json.object(text));
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  static JsonDocument of(Object object) {
    return new JsonDocument((Map<String, Object>) object);
  }

  String write() {
    return Json.text(members);
  }

  JsonDocument put(String name, Object value) {
    members.put(name, plain(value));
    return this;
  }

  JsonDocument put(String name, Optional<?> value) {
    value.ifPresent(present -> put(name, present));
    return this;
  }

  private static Object plain(Object value) {
    if (value instanceof JsonDocument nested) {
      return nested.members;
    }
    if (value instanceof Instant instant) {
      return instant.toEpochMilli();
    }
    if (value instanceof Duration duration) {
      return duration.toMillis();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(JsonDocument::plain).toList();
    }
    return value;
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  String text(String name) {
    return String.valueOf(value(name));
  }

  Optional<String> optionalText(String name) {
    return Optional.ofNullable(members.get(name)).map(String::valueOf);
  }

  long number(String name) {
    return ((Number) value(name)).longValue();
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(members.get(name));
  }

  Instant instant(String name) {
    return Instant.ofEpochMilli(number(name));
  }

  Optional<Instant> optionalInstant(String name) {
    return has(name) ? Optional.of(instant(name)) : Optional.empty();
  }

  Duration duration(String name) {
    return Duration.ofMillis(number(name));
  }

  Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    object(name).forEach((key, value) -> texts.put(key, String.valueOf(value)));
    return texts;
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  Map<String, Object> object(String name) {
    return (Map<String, Object>) value(name);
  }

  JsonDocument nested(String name) {
    return new JsonDocument(object(name));
  }

  Optional<JsonDocument> optionalNested(String name) {
    return has(name) ? Optional.of(nested(name)) : Optional.empty();
  }

  @SuppressWarnings("unchecked") // lists of documents hold JSON objects
  List<JsonDocument> documents(String name) {
    return ((List<Map<String, Object>>) value(name)).stream().map(JsonDocument::new).toList();
  }

  @SuppressWarnings("unchecked") // as above
  List<Map<String, Object>> objects(String name) {
    return (List<Map<String, Object>>) value(name);
  }

  List<?> elements(String name) {
    return (List<?>) value(name);
  }

  Optional<Object> optionalValue(String name) {
    return Optional.ofNullable(members.get(name));
  }

  List<String> list(String name) {
    return ((List<?>) value(name)).stream().map(String::valueOf).toList();
  }

  private Object value(String name) {
    @Nullable Object value = members.get(name);
    if (value == null) {
      throw new IllegalStateException("a stored document has no '" + name + "'");
    }
    return value;
  }
}
