package io.gridfleet.lb.webdriver;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The six kinds of JSON value, as error messages name them. */
final class JsonType {
  private JsonType() {}

  static String of(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof String) {
      return "a string";
    }
    return value instanceof Boolean ? "a boolean" : "a number";
  }
}
