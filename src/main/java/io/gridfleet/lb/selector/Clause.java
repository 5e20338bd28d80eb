package io.gridfleet.lb.selector;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The syntax tree of a selector, in the order in which it was written. */
sealed interface Clause {
  /** Matches every device. Only used as the whole tree. */
  record Everything() implements Clause {}

  /** Two parts or more, all of which must hold. */
  record All(List<Clause> parts) implements Clause {
    public All {
      parts = List.copyOf(parts);
    }
  }

  /** Two parts or more, one of which must hold. */
  record Any(List<Clause> parts) implements Clause {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  /** Negation, which is also true for a device that lacks the key. */
  record Not(Clause part) implements Clause {}

  /** A condition on one key (folded). */
  record Term(String key, Condition condition) implements Clause {}

  /**
   * Returns the conjunction, flat and without repetitions; of no parts it is {@link Everything}.
   */
  static Clause all(List<Clause> parts) {
    Set<Clause> flat = new LinkedHashSet<>();
    for (Clause part : parts) {
      if (part instanceof All all) {
        flat.addAll(all.parts());
      } else if (!(part instanceof Everything)) {
        flat.add(part);
      }
    }
    return switch (flat.size()) {
      case 0 -> new Everything();
      case 1 -> flat.iterator().next();
      default -> new All(List.copyOf(flat));
    };
  }

  /** Returns the disjunction of at least one part, flat and without repetitions. */
  static Clause any(List<Clause> parts) {
    Set<Clause> flat = new LinkedHashSet<>();
    for (Clause part : parts) {
      if (part instanceof Everything) {
        return part;
      }
      if (part instanceof Any any) {
        flat.addAll(any.parts());
      } else {
        flat.add(part);
      }
    }
    return flat.size() == 1 ? flat.iterator().next() : new Any(List.copyOf(flat));
  }

  /** Returns the negation; a double negation is removed. {@link Everything} can't be negated. */
  static Clause not(Clause part) {
    if (part instanceof Everything) {
      throw new IllegalArgumentException("the empty selector can't be negated");
    }
    return part instanceof Not twice ? twice.part() : new Not(part);
  }
}
