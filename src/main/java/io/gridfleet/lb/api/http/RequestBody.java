package io.gridfleet.lb.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.session.TextBound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** An object of a request's body. Faults are collected until {@link #check}. */
public final class RequestBody {
  private final ObjectNode node;
  private final List<Object> where;
  private final ValidationErrors problems;

  RequestBody(ObjectNode node) {
    this(node, List.of("body"), new ValidationErrors());
  }

  private RequestBody(ObjectNode node, List<Object> where, ValidationErrors problems) {
    this.node = node;
    this.where = where;
    this.problems = problems;
  }

  /** Rejects unknown members. */
  public RequestBody only(Set<String> known) {
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                problems.add(
                    "extra_forbidden", at(name), "Extra inputs are not permitted", node.get(name));
              }
            });
    return this;
  }

  private List<Object> at(Object name) {
    List<Object> path = new ArrayList<>(where);
    path.add(name);
    return path;
  }

  private Optional<JsonNode> member(String name) {
    return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
  }

  public boolean has(String name) {
    return member(name).isPresent();
  }

  private void missing(String name) {
    problems.add("missing", at(name), "Field required", ApiJson.tree(node));
  }

  /** Returns a required text; empty, with a fault, if it is missing. */
  public String text(String name) {
    if (!node.has(name)) {
      missing(name);
      return "";
    }
    if (node.get(name).isNull()) {
      problems.add("string_type", at(name), "Input should be a valid string", ApiJson.NULL);
      return "";
    }
    return optionalText(name).orElse("");
  }

  public Optional<String> optionalText(String name) {
    Optional<JsonNode> found = member(name);
    if (found.isPresent() && !found.get().isTextual()) {
      problems.add("string_type", at(name), "Input should be a valid string", found.get());
      return Optional.empty();
    }
    return found.map(JsonNode::textValue);
  }

  /** Like {@link #text(String)}; a text beyond the bound is cut or rejected. */
  public String text(String name, TextBound bound) {
    return within(at(name), text(name), bound);
  }

  /** Like {@link #optionalText(String)}; a text beyond the bound is cut or rejected. */
  public Optional<String> optionalText(String name, TextBound bound) {
    return optionalText(name).map(value -> within(at(name), value, bound));
  }

  private String within(List<Object> path, String value, TextBound bound) {
    if (value.length() > bound.longest() && !bound.cuts()) {
      problems.add(
          "string_too_long",
          path,
          "String should have at most %d characters".formatted(bound.longest()),
          bound.cut(value),
          Map.of("max_length", bound.longest()));
    }
    return bound.cut(value);
  }

  /** Returns a required text whose length is between two bounds. */
  public String text(String name, int shortest, int longest) {
    String value = text(name);
    if (node.has(name) && node.get(name).isTextual()) {
      int length = value.codePointCount(0, value.length());
      if (length < shortest) {
        problems.add(
            "string_too_short",
            at(name),
            "String should have at least %d character%s"
                .formatted(shortest, shortest == 1 ? "" : "s"),
            value,
            Map.of("min_length", shortest));
      } else if (length > longest) {
        problems.add(
            "string_too_long",
            at(name),
            "String should have at most %d characters".formatted(longest),
            value.substring(0, value.offsetByCodePoints(0, longest)),
            Map.of("max_length", longest));
      }
    }
    return value;
  }

  public Optional<String> oneOf(String name, Set<String> allowed) {
    return optionalText(name)
        .filter(
            value -> {
              boolean known = allowed.contains(value);
              if (!known) {
                String values = String.join("', '", new TreeSet<>(allowed));
                problems.add(
                    "literal_error",
                    at(name),
                    "Input should be '" + values + "'",
                    value,
                    Map.of("expected", "'" + values + "'"));
              }
              return known;
            });
  }

  public Optional<String> uuid(String name) {
    return optionalText(name)
        .flatMap(
            value -> {
              Optional<String> uuid = QueryParameters.normalUuid(value);
              if (uuid.isEmpty()) {
                problems.add("uuid_parsing", at(name), "Input should be a valid UUID", value);
              }
              return uuid;
            });
  }

  /** Returns a time; one without an offset is UTC. */
  public Optional<Instant> time(String name) {
    return optionalText(name)
        .flatMap(
            value -> {
              Optional<Instant> read = QueryParameters.instant(value);
              if (read.isEmpty()) {
                problems.add(
                    "datetime_from_date_parsing",
                    at(name),
                    "Input should be a valid datetime or date",
                    value);
              }
              return read;
            });
  }

  /** Returns an integer, given as a number or as text. */
  public Optional<Integer> number(String name, int least) {
    return member(name)
        .flatMap(
            value -> {
              Optional<Integer> number = integer(value);
              if (number.isEmpty()) {
                problems.add("int_type", at(name), "Input should be a valid integer", value);
              } else if (number.get() < least) {
                problems.add(
                    "greater_than_equal",
                    at(name),
                    "Input should be greater than or equal to " + least,
                    value,
                    Map.of("ge", least));
              }
              return number;
            });
  }

  public int requiredNumber(String name, int least) {
    if (!has(name)) {
      missing(name);
    }
    return number(name, least).orElse(least);
  }

  private static Optional<Integer> integer(JsonNode value) {
    if (value.isTextual()) {
      try {
        return Optional.of(Integer.parseInt(value.textValue().strip()));
      } catch (NumberFormatException notOne) {
        return Optional.empty();
      }
    }
    boolean whole = value.isNumber() && value.canConvertToInt() && value.doubleValue() % 1 == 0;
    return whole ? Optional.of(value.intValue()) : Optional.empty();
  }

  /** Returns texts by name; numbers and booleans are faults. */
  public Map<String, String> texts(String name) {
    Map<String, String> found = new LinkedHashMap<>();
    Optional<JsonNode> value = member(name);
    if (value.isPresent() && !value.get().isObject()) {
      problems.add("dict_type", at(name), "Input should be a valid dictionary", value.get());
    } else {
      value
          .filter(map -> isFew(name, map))
          .ifPresent(
              map -> map.properties().forEach(e -> putText(found, name, e.getKey(), e.getValue())));
    }
    return found;
  }

  private boolean isFew(String name, JsonNode all) {
    boolean few = all.size() <= TextBound.MAX_TAGS;
    if (!few) {
      problems.add(
          "too_long",
          at(name),
          "There should be at most %d items".formatted(TextBound.MAX_TAGS),
          ApiJson.NULL,
          Map.of("max_length", TextBound.MAX_TAGS));
    }
    return few;
  }

  private void putText(Map<String, String> found, String name, String key, JsonNode value) {
    List<Object> path = new ArrayList<>(at(name));
    path.add(TextBound.TAG.cut(key));
    if (value.isTextual()) {
      found.put(within(path, key, TextBound.TAG), within(path, value.textValue(), TextBound.TAG));
    } else {
      problems.add("string_type", path, "Input should be a valid string", value);
    }
  }

  /** Returns a list of texts. */
  public List<String> list(String name, TextBound bound) {
    List<String> found = new ArrayList<>();
    member(name)
        .filter(list -> isFew(name, list))
        .ifPresent(list -> list.forEach(one -> found.add(within(at(name), one.asText(), bound))));
    return found;
  }

  /** Returns a value of any type as plain Java values. */
  public Optional<Object> value(String name) {
    return member(name).map(ApiJson::plain);
  }

  /** Returns an object with any members. */
  public Optional<Map<String, Object>> anything(String name) {
    Optional<JsonNode> value = member(name);
    if (value.isPresent() && !value.get().isObject()) {
      problems.add("dict_type", at(name), "Input should be a valid dictionary", value.get());
      return Optional.empty();
    }
    return value.map(ApiJson::map);
  }

  /** Returns the objects of a required list. */
  public List<RequestBody> bodies(String name) {
    JsonNode list = node.get(name);
    if (list == null) {
      missing(name);
      return List.of();
    }
    if (!list.isArray()) {
      problems.add("list_type", at(name), "Input should be a valid list", list);
      return List.of();
    }
    List<RequestBody> found = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      List<Object> path = new ArrayList<>(at(name));
      path.add(i);
      if (list.get(i) instanceof ObjectNode object) {
        found.add(new RequestBody(object, path, problems));
      } else {
        problems.add("dict_type", path, "Input should be a valid dictionary", list.get(i));
      }
    }
    return found;
  }

  /** Adds a fault of the object as a whole. */
  public void fault(String message) {
    problems.add("value_error", where, "Value error, " + message, ApiJson.tree(node));
  }

  public void check() {
    problems.throwIfAny();
  }
}
