package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One evaluation of a selector over devices that records which part failed for which device. */
final class Explainer {
  /** The number of values shown for a term that matches nothing. */
  private static final int MAX_SEEN = 5;

  /** The number of different values that are compared to find the nearest ones. */
  private static final int MAX_COMPARED = 1000;

  private static final String OTHERWISE = " devices that match otherwise have";

  private final Selector selector;
  private final List<Explanation.Candidate> devices;
  private final List<Clause> parts;
  private final Check[] checks;
  private final String[] texts;

  /** For each part: devices for which it is the only one that doesn't hold, and the free ones. */
  private final int[] alone;

  private final int[] aloneAvailable;

  /** Of these, the devices that lack the part's key. */
  private final int[] aloneWithoutKey;

  Explainer(Selector selector, Collection<Explanation.Candidate> devices) {
    this.selector = selector;
    this.devices = List.copyOf(devices);
    this.parts = parts(selector.clause());
    this.checks = parts.stream().map(Check::of).toArray(Check[]::new);
    this.texts = parts.stream().map(Printer::print).toArray(String[]::new);
    this.alone = new int[checks.length];
    this.aloneAvailable = new int[checks.length];
    this.aloneWithoutKey = new int[checks.length];
  }

  private static List<Clause> parts(Clause clause) {
    if (clause instanceof Clause.All all) {
      return all.parts();
    }
    return clause instanceof Clause.Everything ? List.of() : List.of(clause);
  }

  Explanation explain() {
    List<Explanation.Verdict> verdicts = devices.stream().map(this::verdict).toList();
    boolean some = verdicts.stream().anyMatch(Explanation.Verdict::matches);
    return new Explanation(
        selector.normalForm(),
        parts.stream().map(this::matches).toList(),
        verdicts,
        some ? null : nearestMiss(),
        warnings());
  }

  private Explanation.Verdict verdict(Explanation.Candidate device) {
    int first = -1;
    int failed = 0;
    for (int i = 0; i < checks.length; i++) {
      if (!checks[i].test(device.attributes())) {
        first = failed++ == 0 ? i : first;
      }
    }
    if (failed == 1) {
      alone[first]++;
      aloneAvailable[first] += device.inhibitors().isEmpty() ? 1 : 0;
      aloneWithoutKey[first] += lacksKey(parts.get(first), device) ? 1 : 0;
    }
    String text = failed == 0 ? null : texts[first];
    Object udid = device.attributes().raw("udid");
    return new Explanation.Verdict(
        device.id(), udid == null ? null : udid.toString(), text, device.inhibitors());
  }

  private static boolean lacksKey(Clause part, Explanation.Candidate device) {
    return part instanceof Clause.Term term && device.attributes().find(term.key()) == null;
  }

  private Explanation.@Nullable NearestMiss nearestMiss() {
    int best = -1;
    for (int i = 0; i < alone.length; i++) {
      if (alone[i] > 0 && (best < 0 || alone[i] > alone[best])) {
        best = i;
      }
    }
    return best < 0
        ? null
        : new Explanation.NearestMiss(texts[best], alone[best], aloneAvailable[best]);
  }

  private Explanation.TermMatches matches(Clause clause) {
    Check check = Check.of(clause);
    int matches = (int) devices.stream().filter(device -> check.test(device.attributes())).count();
    List<Explanation.TermMatches> alternatives =
        clause instanceof Clause.Any any
            ? any.parts().stream().map(this::matches).toList()
            : List.of();
    List<String> seen = matches == 0 && clause instanceof Clause.Term term ? seen(term) : List.of();
    return new Explanation.TermMatches(Printer.print(clause), matches, alternatives, seen);
  }

  /** Values that devices have under the term's key, the most similar first. */
  private List<String> seen(Clause.Term term) {
    Set<String> values = new TreeSet<>();
    for (Explanation.Candidate device : devices) {
      if (values.size() < MAX_COMPARED) {
        values.addAll(device.attributes().shown(term.key()));
      }
    }
    List<String> nearest =
        term.condition() instanceof Condition.Equal equal
            ? Keys.nearest(equal.text(), values)
            : List.of();
    Set<String> seen = new LinkedHashSet<>(nearest);
    values.stream().limit(MAX_SEEN).forEach(seen::add);
    return seen.stream().limit(MAX_SEEN).toList();
  }

  private List<String> warnings() {
    if (devices.isEmpty()) {
      return selector.warnings();
    }
    Set<String> known = new TreeSet<>();
    devices.forEach(device -> known.addAll(device.attributes().keys()));
    List<String> warnings = new ArrayList<>(selector.warnings(known));
    for (int i = 0; i < aloneWithoutKey.length; i++) {
      if (aloneWithoutKey[i] > 0 && parts.get(i) instanceof Clause.Term term) {
        withoutKey(term.key(), aloneWithoutKey[i], known, warnings);
      }
    }
    Set<Clause.Term> terms = new LinkedHashSet<>();
    ReferencedKeys.terms(selector.clause(), terms);
    terms.forEach(term -> incomparable(term, warnings));
    return warnings;
  }

  /** Devices that are excluded because they lack the key. */
  private static void withoutKey(String key, int devices, Set<String> known, List<String> to) {
    if (known.contains(key)) {
      to.add(
          (devices == 1 ? "a device that matches otherwise has" : devices + OTHERWISE)
              + " no "
              + ReferencedKeys.written(key));
    }
  }

  /** A term that orders values, where devices have values that have no order. */
  private void incomparable(Clause.Term term, List<String> warnings) {
    Value bound = bound(term.condition());
    if (bound == null) {
      return;
    }
    boolean version = Keys.version(term.key());
    List<String> strange = new ArrayList<>();
    for (Explanation.Candidate device : devices) {
      Value value = device.attributes().find(term.key());
      if (value != null && members(value).noneMatch(v -> Check.comparable(v, bound, version))) {
        strange.add(device.id());
      }
    }
    if (!strange.isEmpty()) {
      warnings.add(
          term.key()
              + " is not a "
              + (version ? "version" : "number")
              + " on "
              + strange.stream().sorted(Comparator.naturalOrder()).limit(MAX_SEEN).toList()
              + (strange.size() > MAX_SEEN ? " and " + (strange.size() - MAX_SEEN) + " more" : "")
              + ", so "
              + Printer.print(term)
              + " can't match there");
    }
  }

  private static Stream<Value> members(Value value) {
    Value[] members = value.members;
    return members == null ? Stream.of(value) : Arrays.stream(members);
  }

  private static @Nullable Value bound(Condition condition) {
    if (condition instanceof Condition.Compare compare) {
      return Value.ofFolded(compare.text());
    }
    return condition instanceof Condition.Range range ? Value.ofFolded(range.from()) : null;
  }
}
