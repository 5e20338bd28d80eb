package io.gridfleet.lb.selector;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random trees and devices over few keys and values, so that they match often. */
final class Questions {
  private static final List<String> VERSION_TEXTS =
      List.of("9", "9.1", "10", "10.0", "10.0.1", "13", "13-beta", "13.1", "130", "v13", "13.01");

  private static final List<String> TEXTS =
      List.of(
          "ios", "iOS", "Pixel 4", "a*b", "a\\b", "x:y", "5\" tv", "", "Ärger", "..", "-1", "1",
          ">9", "<= v1");

  private Questions() {}

  static Arbitrary<Clause> clauses() {
    return clauses(3);
  }

  private static Arbitrary<Clause> clauses(int depth) {
    if (depth == 0) {
      return terms();
    }
    Arbitrary<List<Clause>> parts = clauses(depth - 1).list().ofMinSize(1).ofMaxSize(3);
    return Arbitraries.oneOf(
        terms(),
        parts.map(Clause::all),
        parts.map(Clause::any),
        clauses(depth - 1).map(Clause::not));
  }

  static Arbitrary<Clause> terms() {
    return Arbitraries.oneOf(
        Combinators.combine(Arbitraries.of("a", "b", "c"), textConditions()).as(Clause.Term::new),
        Combinators.combine(Arbitraries.of("os_version", "app.version"), versionConditions())
            .as(Clause.Term::new),
        Combinators.combine(Arbitraries.of("level", "a"), numberConditions()).as(Clause.Term::new));
  }

  private static Arbitrary<Condition> textConditions() {
    return Arbitraries.oneOf(
        Arbitraries.just(new Condition.Exists()),
        texts().map(text -> Conditions.exact("a", text)),
        Arbitraries.of("i*", "*s", "?os", "a\\*?", "*\\\\*").map(Condition.Like::new),
        Arbitraries.of("^i", "[0-9]+", "a/b", "\\d \"").map(Condition.Matches::new));
  }

  private static Arbitrary<Condition> versionConditions() {
    return Arbitraries.oneOf(
        versions().map(text -> new Condition.Equal(CaseFolding.text(text), false)),
        versions().map(text -> Conditions.exact("os_version", text)),
        Combinators.combine(Arbitraries.of(Condition.Order.values()), versions())
            .as((order, text) -> new Condition.Compare(order, CaseFolding.text(text))),
        Arbitraries.just(new Condition.Range("9.1", "13")));
  }

  private static Arbitrary<Condition> numberConditions() {
    Arbitrary<Condition> compared =
        Combinators.combine(Arbitraries.of(Condition.Order.values()), numbers())
            .as((order, text) -> new Condition.Compare(order, text));
    return Arbitraries.oneOf(
        numbers().map(text -> new Condition.Equal(text, false)),
        compared,
        Arbitraries.just(new Condition.Range("-1", "2.5")));
  }

  static Arbitrary<String> texts() {
    return Arbitraries.oneOf(Arbitraries.of(TEXTS), Arbitraries.strings().ofMaxLength(6));
  }

  static Arbitrary<String> versions() {
    return Arbitraries.of(VERSION_TEXTS);
  }

  static Arbitrary<String> numbers() {
    return Arbitraries.of("-1", "0", "1", "2.5", "10", "80");
  }

  static Arbitrary<Attributes> devices() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(
            texts().map(text -> text),
            versions().map(text -> text),
            Arbitraries.of(1, -1, 2.5, 10L, true),
            texts().list().ofMaxSize(3).map(list -> list));
    return Combinators.combine(
            Arbitraries.of("a", "b", "c", "os_version", "level").set().ofMaxSize(5),
            values.list().ofSize(5),
            versions())
        .as(
            (keys, chosen, version) -> {
              Map<String, Object> device = new HashMap<>();
              int i = 0;
              for (String key : keys) {
                device.put(key, key.equals("os_version") ? version : chosen.get(i));
                i++;
              }
              device.put("app", Map.of("version", version));
              return Attributes.of(device);
            });
  }
}
