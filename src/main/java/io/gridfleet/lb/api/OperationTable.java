package io.gridfleet.lb.api;

import io.gridfleet.lb.api.http.Operation;
import io.gridfleet.lb.auth.Access;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the operation of a method and path. Segments are decoded once, each on its own. */
final class OperationTable {
  private record Route(List<String> segments, Operation operation, Access access) {}

  /**
   * The result of a lookup: the target, or the methods that the path has if none is the request's.
   */
  record Found(Optional<Target> target, Map<String, String> names, List<String> allowed) {}

  /** An operation and its access rule. */
  record Target(Operation operation, Access access) {}

  private final List<Route> routes = new ArrayList<>();

  OperationTable(List<Operation> operations) {
    operations.forEach(
        operation ->
            routes.add(new Route(segments(operation.template()), operation, operation.access())));
  }

  private static List<String> segments(String path) {
    String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return List.of(bare.split("/", -1));
  }

  Found find(String method, String path) {
    List<String> segments = segments(path);
    TreeSet<String> allowed = new TreeSet<>();
    Target best = null;
    Map<String, String> names = Map.of();
    for (Route route : routes) {
      Map<String, String> matched = match(route.segments(), segments);
      if (matched != null) {
        allowed.add(route.operation().method());
        boolean closer = best == null || matched.size() < names.size();
        if (route.operation().method().equals(method) && closer) {
          best = new Target(route.operation(), route.access());
          names = matched;
        }
      }
    }
    return new Found(Optional.ofNullable(best), names, List.copyOf(allowed));
  }

  private static @Nullable Map<String, String> match(List<String> template, List<String> path) {
    if (template.size() != path.size()) {
      return null;
    }
    Map<String, String> names = new LinkedHashMap<>();
    for (int i = 0; i < template.size(); i++) {
      String expected = template.get(i);
      String given = decoded(path.get(i));
      if (expected.startsWith("{")) {
        if (given == null || given.isEmpty()) {
          return null;
        }
        names.put(expected.substring(1, expected.length() - 1), given);
      } else if (!expected.equals(given)) {
        return null;
      }
    }
    return names;
  }

  /** Percent-decodes one segment; a plus sign stays a plus sign. */
  private static @Nullable String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException broken) {
      return null;
    }
  }
}
