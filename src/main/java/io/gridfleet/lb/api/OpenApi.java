package io.gridfleet.lb.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.api.http.ApiAnswers;
import io.gridfleet.lb.api.http.ApiJson;
import io.gridfleet.lb.api.http.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The OpenAPI description, generated from the operations that serve the API. */
final class OpenApi {
  private static final String PATH = "/api/openapi.json";
  private static final Map<String, String> TYPES = Map.of("EventStream", "text/event-stream");

  private OpenApi() {}

  /** Returns the operation that serves the description of these operations and of itself. */
  static Operation operation(List<Operation> others) {
    List<Operation> all = new ArrayList<>(others);
    Operation described =
        Operation.get(
                PATH,
                "Returns the OpenAPI description of the API",
                call -> ApiAnswers.now(Map.of()))
            .answers(200, "Object");
    all.add(described);
    ObjectNode document = document(all);
    return new Operation("GET", PATH, call -> ApiAnswers.now(document), described.doc());
  }

  private static ObjectNode document(List<Operation> operations) {
    Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    for (Operation operation : operations) {
      paths
          .computeIfAbsent(operation.template(), path -> new LinkedHashMap<>())
          .put(operation.method().toLowerCase(Locale.ROOT), described(operation));
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put("info", Map.of("title", "GridFleet LB", "version", "1"));
    document.put("paths", paths);
    JsonNode schemas = ApiJson.resource("schemas.json");
    document.put("components", Map.of("schemas", schemas));
    return (ObjectNode) ApiJson.tree(document);
  }

  private static Map<String, Object> described(Operation operation) {
    Operation.Doc doc = operation.doc();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("summary", doc.summary());
    List<Map<String, Object>> parameters = new ArrayList<>();
    operation.names().forEach(name -> parameters.add(parameter(name, "path", true)));
    doc.query().forEach(name -> parameters.add(parameter(name, "query", false)));
    row.put("parameters", parameters);
    if (!doc.body().isEmpty()) {
      row.put("requestBody", Map.of("content", content(doc.body())));
    }
    Map<String, Object> answers = new LinkedHashMap<>();
    doc.answers().forEach((status, schema) -> answers.put(String.valueOf(status), answer(schema)));
    row.put("responses", answers);
    return row;
  }

  private static Map<String, Object> parameter(String name, String where, boolean required) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("name", name);
    row.put("in", where);
    row.put("required", required);
    row.put("schema", Map.of("type", "string"));
    return row;
  }

  private static Map<String, Object> answer(String schema) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("description", schema.isEmpty() ? "No content" : schema);
    if (!schema.isEmpty()) {
      row.put("content", content(schema));
    }
    return row;
  }

  private static Map<String, Object> content(String schema) {
    String type = TYPES.getOrDefault(schema, "application/json");
    return Map.of(type, Map.of("schema", Map.of("$ref", "#/components/schemas/" + schema)));
  }
}
