package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The keys that a tree refers to, and those of them that no device has. */
final class ReferencedKeys {
  /** The number of existing keys that are listed. */
  private static final int MAX_LISTED = 20;

  /** How the W3C writes keys that are capabilities as well. */
  private static final Map<String, String> WRITTEN =
      Map.of(
          "browsername", "browserName",
          "browserversion", "browserVersion",
          "platformname", "platformName",
          "platformversion", "platformVersion");

  private ReferencedKeys() {}

  /** A folded key in its usual spelling. */
  static String written(String key) {
    return WRITTEN.getOrDefault(key, key);
  }

  /** A sentence for each key that isn't among the known ones, with the nearest that is. */
  static List<String> unknownKeys(Clause clause, Collection<String> knownKeys) {
    List<String> warnings = new ArrayList<>();
    Set<String> asked = new TreeSet<>();
    keys(clause, asked);
    Set<String> known = Set.copyOf(knownKeys.stream().map(CaseFolding::text).toList());
    for (String key : asked) {
      if (!known.contains(key)) {
        warnings.add(unknownKey(key, known));
      }
    }
    return warnings;
  }

  /** A key that is spelled right isn't taken for another one: the keys that exist are listed. */
  private static String unknownKey(String key, Collection<String> known) {
    List<String> near = Keys.known(key) ? List.of() : Keys.nearest(key, known);
    String start = "no device has the key " + written(key);
    if (!near.isEmpty()) {
      return start + ": did you mean " + String.join(" or ", near) + "?";
    }
    List<String> listed =
        known.stream().sorted().limit(MAX_LISTED).map(ReferencedKeys::written).toList();
    int more = known.size() - listed.size();
    return start
        + "; keys that exist: "
        + String.join(", ", listed)
        + (more > 0 ? " and " + more + " more" : "");
  }

  static void keys(Clause clause, Set<String> keys) {
    Set<Clause.Term> terms = new LinkedHashSet<>();
    terms(clause, terms);
    terms.forEach(term -> keys.add(term.key()));
  }

  /** Every term of a tree, once. */
  static void terms(Clause clause, Set<Clause.Term> terms) {
    if (clause instanceof Clause.All all) {
      all.parts().forEach(part -> terms(part, terms));
    } else if (clause instanceof Clause.Any any) {
      any.parts().forEach(part -> terms(part, terms));
    } else if (clause instanceof Clause.Not not) {
      terms(not.part(), terms);
    } else if (clause instanceof Clause.Term term) {
      terms.add(term);
    }
  }
}
