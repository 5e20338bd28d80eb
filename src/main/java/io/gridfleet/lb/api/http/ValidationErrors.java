package io.gridfleet.lb.api.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The faults of one request, reported together in the form of rest.md#errors. */
public final class ValidationErrors {
  /** The bound of the {@code input} that a fault repeats, in bytes of JSON. */
  private static final int MAX_REPEATED = 4 * 1024;

  private final List<Map<String, Object>> found = new ArrayList<>();

  /**
   * Adds a fault.
   *
   * @param type the error type, as pydantic names it
   * @param where {@code body}, {@code query} or {@code path}, then names and indices
   */
  void add(String type, List<?> where, String message, @Nullable Object input) {
    add(type, where, message, input, Map.of());
  }

  void add(
      String type, List<?> where, String message, @Nullable Object input, Map<String, ?> context) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", type);
    problem.put("loc", where);
    problem.put("msg", message);
    problem.put("input", input == null ? ApiJson.NULL : repeated(input));
    if (!context.isEmpty()) {
      problem.put("ctx", context);
    }
    found.add(problem);
  }

  private static Object repeated(Object input) {
    return ApiJson.bytes(input).length > MAX_REPEATED ? "(too large to be repeated)" : input;
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw ApiError.invalid(found);
    }
  }

  public static ApiError one(String type, List<?> where, String message, @Nullable Object input) {
    ValidationErrors problems = new ValidationErrors();
    problems.add(type, where, message, input);
    return ApiError.invalid(problems.found);
  }
}
