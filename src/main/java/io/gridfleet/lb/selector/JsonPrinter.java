package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a tree in the JSON form, so that reading it again gives the tree. A term that JSON has no
 * operator for (a range, a text that would be read as a comparison) is a string of the one-line
 * form within {@code $all}, {@code $any} or {@code $not}.
 */
final class JsonPrinter {
  private JsonPrinter() {}

  /** A member of an object: a key or an operator with a dollar, and what it holds. */
  private record Member(String name, @Nullable Object value) {}

  /** In the order of the tree. */
  static Map<String, @Nullable Object> print(Clause clause) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    List<Object> others = new ArrayList<>();
    for (Clause part : conjuncts(clause)) {
      Member member = member(part);
      if (member == null) {
        others.add(Printer.print(part));
      } else if (!object.containsKey(member.name())) {
        object.put(member.name(), member.value());
      } else if (!merge(member, object.get(member.name()))) {
        others.add(Collections.singletonMap(member.name(), member.value()));
      }
    }
    if (!others.isEmpty()) {
      object.put("$all", others);
    }
    return object;
  }

  private static List<Clause> conjuncts(Clause clause) {
    if (clause instanceof Clause.All all) {
      return all.parts();
    }
    return clause instanceof Clause.Everything ? List.of() : List.of(clause);
  }

  /** Adds operators of a key to others of the same key; false if one of them is there already. */
  @SuppressWarnings("unchecked") // the maps of this class hold operators of one key
  private static boolean merge(Member member, @Nullable Object present) {
    if (member.name().startsWith("$")
        || !(present instanceof Map<?, ?> known)
        || !(member.value() instanceof Map<?, ?> added)
        || !Collections.disjoint(known.keySet(), added.keySet())) {
      return false;
    }
    ((Map<String, Object>) known).putAll((Map<String, Object>) added);
    return true;
  }

  /** Null for a term that only the one-line form has. */
  private static @Nullable Member member(Clause clause) {
    if (clause instanceof Clause.Term term) {
      Object value = value(term);
      return value == null ? null : new Member(term.key(), value);
    }
    if (clause instanceof Clause.Any any) {
      List<Object> values = values(any);
      return values == null
          ? new Member("$any", any.parts().stream().map(JsonPrinter::selector).toList())
          : new Member(key(any), values);
    }
    return clause instanceof Clause.Not not
        ? negation(not.part())
        : new Member("$all", conjuncts(clause).stream().map(JsonPrinter::selector).toList());
  }

  private static Object selector(Clause clause) {
    return clause instanceof Clause.Term term && value(term) == null
        ? Printer.print(clause)
        : print(clause);
  }

  private static Member negation(Clause part) {
    if (part instanceof Clause.Term term) {
      if (term.condition() instanceof Condition.Exists) {
        return new Member(term.key(), null);
      }
      String exact = exact(term);
      if (exact != null) {
        return new Member(term.key(), operator("ne", exact));
      }
    }
    if (part instanceof Clause.Any any) {
      List<Object> values = values(any);
      if (values != null) {
        return new Member(key(any), operator("nin", values));
      }
    }
    return new Member("$not", selector(part));
  }

  /** The values of one key, one of which must hold; null if the parts are anything else. */
  private static @Nullable List<Object> values(Clause.Any any) {
    List<Object> values = new ArrayList<>();
    for (Clause part : any.parts()) {
      if (!(part instanceof Clause.Term term) || !term.key().equals(key(any))) {
        return null;
      }
      String plain = plain(term.condition());
      if (plain == null) {
        return null;
      }
      values.add(plain);
    }
    return values;
  }

  private static String key(Clause.Any any) {
    return any.parts().get(0) instanceof Clause.Term term ? term.key() : "";
  }

  private static @Nullable Object value(Clause.Term term) {
    Condition condition = term.condition();
    if (condition instanceof Condition.Exists) {
      return operator("exists", true);
    }
    if (condition instanceof Condition.Compare compare) {
      return operator(name(compare.order()), compare.text());
    }
    if (condition instanceof Condition.Matches matches) {
      return Printer.unencodable(matches.expression())
          ? null
          : operator("regex", matches.expression());
    }
    String plain = plain(condition);
    if (plain != null) {
      return plain;
    }
    String exact = exact(term);
    return exact == null ? null : operator("eq", exact);
  }

  private static Map<String, Object> operator(String name, Object operand) {
    Map<String, Object> operators = new LinkedHashMap<>();
    operators.put(name, operand);
    return operators;
  }

  private static String name(Condition.Order order) {
    return switch (order) {
      case MORE -> "gt";
      case AT_LEAST -> "gte";
      case LESS -> "lt";
      case AT_MOST -> "lte";
    };
  }

  /** The operand of {@code eq} that gives this term; null if there is none. */
  private static @Nullable String exact(Clause.Term term) {
    return term.condition() instanceof Condition.Equal equal
            && !Printer.unencodable(equal.text())
            && Conditions.exact(term.key(), equal.text()).equals(equal)
        ? equal.text()
        : null;
  }

  /** The scalar that gives this condition; null if there is none. */
  private static @Nullable String plain(Condition condition) {
    String text = null;
    if (condition instanceof Condition.Exists) {
      text = "*";
    } else if (condition instanceof Condition.Like like) {
      text = like.pattern();
    } else if (condition instanceof Condition.Equal equal && !equal.exact()) {
      text = escaped(equal.text());
    }
    return text == null
            || text.length() > SelectorLimits.MAX_VALUE
            || JsonCondition.isComparison(text)
            || Printer.unencodable(text)
        ? null
        : text;
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?");
  }
}
