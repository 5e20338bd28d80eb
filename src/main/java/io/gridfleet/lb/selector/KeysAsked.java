package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Which keys a tree asks for, and which of them nobody knows. */
final class KeysAsked {
  private KeysAsked() {}

  /** A sentence for each key that isn't among the known ones, with the nearest that is. */
  static List<String> unknownKeys(Clause clause, Collection<String> knownKeys) {
    List<String> warnings = new ArrayList<>();
    Set<String> asked = new TreeSet<>();
    keys(clause, asked);
    Set<String> known = Set.copyOf(knownKeys.stream().map(Fold::text).toList());
    for (String key : asked) {
      if (!known.contains(key)) {
        warnings.add(unknownKey(key, known));
      }
    }
    return warnings;
  }

  private static String unknownKey(String key, Collection<String> known) {
    List<String> near = Keys.nearest(key, known);
    return "no device has the key "
        + key
        + (near.isEmpty() ? "" : ": did you mean " + String.join(" or ", near) + "?");
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
