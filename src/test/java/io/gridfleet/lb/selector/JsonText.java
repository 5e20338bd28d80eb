package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a tree in the JSON form. */
final class JsonText {
  private JsonText() {}

  static Map<String, Object> of(Clause clause) {
    if (clause instanceof Clause.All all) {
      return one("$all", all(all.parts()));
    }
    if (clause instanceof Clause.Any any) {
      return one("$any", all(any.parts()));
    }
    if (clause instanceof Clause.Not not) {
      return one("$not", of(not.part()));
    }
    return clause instanceof Clause.Term term ? one(term.key(), value(term)) : Map.of();
  }

  private static List<Object> all(List<Clause> parts) {
    List<Object> objects = new ArrayList<>();
    parts.forEach(part -> objects.add(of(part)));
    return objects;
  }

  private static Map<String, Object> one(String key, Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(key, value);
    return map;
  }

  private static Object value(Clause.Term term) {
    Condition condition = term.condition();
    if (condition instanceof Condition.Equal equal) {
      String escaped = equal.text().replaceAll("([*?\\\\])", "\\\\$1");
      boolean plain = Keys.version(term.key()) && !equal.exact();
      return plain ? one("like", escaped) : one("eq", equal.text());
    }
    if (condition instanceof Condition.Like like) {
      return one("like", like.pattern());
    }
    if (condition instanceof Condition.Matches matches) {
      return one("regex", matches.expression());
    }
    if (condition instanceof Condition.Compare compare) {
      String operator =
          switch (compare.order()) {
            case MORE -> "gt";
            case AT_LEAST -> "gte";
            case LESS -> "lt";
            case AT_MOST -> "lte";
          };
      return one(operator, compare.text());
    }
    if (condition instanceof Condition.Range range) {
      Map<String, Object> both = one("gte", range.from());
      both.put("lte", range.to());
      return both;
    }
    return one("exists", true);
  }
}
