package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Validates JSON against the description's schemas; the subset of JSON Schema that it uses. */
final class ResponseSchema {
  private final JsonNode description;

  ResponseSchema(JsonNode description) {
    this.description = description;
  }

  void check(JsonNode schema, JsonNode value, String where) {
    List<String> faults = new ArrayList<>();
    faults(schema, value, "$", faults);
    assertThat(faults).as(where + " answered " + value).isEmpty();
  }

  private void faults(JsonNode schema, JsonNode value, String at, List<String> faults) {
    if (schema.has("$ref")) {
      JsonNode target = description.at(schema.path("$ref").asText().substring(1));
      if (target.isMissingNode()) {
        faults.add(at + ": no schema " + schema.path("$ref"));
      }
      faults(target, value, at, faults);
      return;
    }
    if (schema.has("anyOf")) {
      anyOf(schema, value, at, faults);
      return;
    }
    if (schema.has("type") && !isOf(schema.path("type"), value)) {
      faults.add(at + ": " + value.getNodeType() + " is not " + schema.path("type"));
      return;
    }
    if (schema.has("enum") && !has(schema.path("enum"), value)) {
      faults.add(at + ": " + value + " is not in " + schema.path("enum"));
    }
    if (value.isObject()) {
      object(schema, value, at, faults);
    }
    if (value.isArray() && schema.has("items")) {
      for (int i = 0; i < value.size(); i++) {
        faults(schema.path("items"), value.get(i), at + "[" + i + "]", faults);
      }
    }
  }

  private void anyOf(JsonNode schema, JsonNode value, String at, List<String> faults) {
    List<String> all = new ArrayList<>();
    for (JsonNode one : schema.path("anyOf")) {
      List<String> own = new ArrayList<>();
      faults(one, value, at, own);
      if (own.isEmpty()) {
        return;
      }
      all.addAll(own);
    }
    faults.addAll(all);
  }

  private void object(JsonNode schema, JsonNode value, String at, List<String> faults) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        faults.add(at + ": lacks " + name);
      }
    }
    JsonNode properties = schema.path("properties");
    JsonNode more = schema.path("additionalProperties");
    for (Map.Entry<String, JsonNode> member : value.properties()) {
      String path = at + "." + member.getKey();
      if (properties.has(member.getKey())) {
        faults(properties.path(member.getKey()), member.getValue(), path, faults);
      } else if (more.isBoolean() && !more.booleanValue()) {
        faults.add(path + " is not described");
      } else if (more.isObject()) {
        faults(more, member.getValue(), path, faults);
      }
    }
  }

  private static boolean has(JsonNode list, JsonNode value) {
    for (JsonNode one : list) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOf(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      for (JsonNode one : type) {
        if (isOf(one, value)) {
          return true;
        }
      }
      return false;
    }
    return switch (type.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> false;
    };
  }
}
