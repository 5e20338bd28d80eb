package io.gridfleet.lb.selector;

import com.google.re2j.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A clause compiled for evaluation on many devices without allocating. */
@FunctionalInterface
interface Check {
  boolean test(Attributes device);

  static Check of(Clause clause) {
    if (clause instanceof Clause.All all) {
      Check[] parts = parts(all.parts());
      return device -> {
        for (Check part : parts) {
          if (!part.test(device)) {
            return false;
          }
        }
        return true;
      };
    }
    if (clause instanceof Clause.Any any) {
      String key = sameKey(any);
      if (key != null) {
        return ofKey(key, oneOf(key, any.parts()));
      }
      Check[] parts = parts(any.parts());
      return device -> {
        for (Check part : parts) {
          if (part.test(device)) {
            return true;
          }
        }
        return false;
      };
    }
    if (clause instanceof Clause.Not not) {
      Check part = of(not.part());
      return device -> !part.test(device);
    }
    return clause instanceof Clause.Term term ? of(term) : device -> true;
  }

  private static Check[] parts(List<Clause> parts) {
    return parts.stream().map(Check::of).toArray(Check[]::new);
  }

  private static Check of(Clause.Term term) {
    String key = term.key().intern();
    if (term.condition() instanceof Condition.Exists) {
      return device -> device.find(key) != null;
    }
    return ofKey(key, single(key, term.condition()));
  }

  /** The key that all alternatives test for a value, so that it is looked up once; else null. */
  private static @Nullable String sameKey(Clause.Any any) {
    String key = null;
    for (Clause part : any.parts()) {
      if (!(part instanceof Clause.Term term)
          || term.condition() instanceof Condition.Exists
          || (key != null && !key.equals(term.key()))) {
        return null;
      }
      key = term.key();
    }
    return key == null ? null : key.intern();
  }

  private static Single oneOf(String key, List<Clause> terms) {
    List<Condition> conditions =
        terms.stream().map(term -> ((Clause.Term) term).condition()).toList();
    if (!Keys.version(key) && conditions.stream().allMatch(Check::plainText)) {
      return oneOfTexts(conditions);
    }
    Single[] singles =
        conditions.stream().map(condition -> single(key, condition)).toArray(Single[]::new);
    return value -> {
      for (Single single : singles) {
        if (single.test(value)) {
          return true;
        }
      }
      return false;
    };
  }

  private static boolean plainText(Condition condition) {
    return condition instanceof Condition.Equal equal
        && Value.ofFolded(equal.text()).number == null;
  }

  /** The most frequent alternatives, in one loop. */
  private static Single oneOfTexts(List<Condition> conditions) {
    Value[] asked =
        conditions.stream()
            .map(condition -> Value.ofFolded(((Condition.Equal) condition).text()))
            .toArray(Value[]::new);
    return value -> {
      for (Value each : asked) {
        if (value.sameText(each)) {
          return true;
        }
      }
      return false;
    };
  }

  private static Check ofKey(String key, Single single) {
    return device -> {
      Value value = device.find(key);
      if (value == null) {
        return false;
      }
      Value[] members = value.members;
      if (members == null) {
        return single.test(value);
      }
      for (Value member : members) {
        if (single.test(member)) {
          return true;
        }
      }
      return false;
    };
  }

  private static Single single(String key, Condition condition) {
    boolean version = Keys.version(key);
    if (condition instanceof Condition.Equal equal) {
      return equal(Value.ofFolded(equal.text()), version, equal.exact());
    }
    if (condition instanceof Condition.Like like) {
      Wildcard wildcard = new Wildcard(like.pattern());
      return value -> wildcard.matches(value.text);
    }
    if (condition instanceof Condition.Matches matches) {
      Pattern pattern = Regex.compile(matches.expression());
      return value -> pattern.matcher(value.written()).find();
    }
    if (condition instanceof Condition.Compare compare) {
      Value bound = Value.ofFolded(compare.text());
      Condition.Order order = compare.order();
      return value ->
          comparable(value, bound, version) && order.holds(compare(value, bound, version));
    }
    if (condition instanceof Condition.Range range) {
      Value from = Value.ofFolded(range.from());
      Value to = Value.ofFolded(range.to());
      return value ->
          comparable(value, from, version)
              && compare(value, from, version) >= 0
              && comparable(value, to, version)
              && compare(value, to, version) <= 0;
    }
    return value -> true;
  }

  private static Single equal(Value asked, boolean version, boolean exact) {
    VersionValue askedVersion = version ? asked.version() : null;
    if (askedVersion != null) {
      return value -> {
        VersionValue there = value.version();
        if (there == null) {
          return value.sameText(asked);
        }
        return exact ? there.compareTo(askedVersion) == 0 : there.within(askedVersion);
      };
    }
    return asked.number == null
        ? value -> value.sameText(asked)
        : value -> value.sameText(asked) || (value.numeric && value.sameNumber(asked));
  }

  /** Whether a value and a bound have an order: two numbers, or two versions. */
  static boolean comparable(Value value, Value bound, boolean version) {
    return (!version && value.number != null && bound.number != null)
        || (value.version() != null && bound.version() != null);
  }

  /** As numbers where both are and the key isn't a version, else as versions. */
  static int compare(Value value, Value bound, boolean version) {
    VersionValue one = value.version();
    VersionValue other = bound.version();
    boolean numbers = !version && value.number != null && bound.number != null;
    return numbers || one == null || other == null
        ? Value.compareNumbers(value, bound)
        : one.compareTo(other);
  }

  /** Tests one value; a list is tested member by member. */
  @FunctionalInterface
  interface Single {
    boolean test(Value value);
  }
}
