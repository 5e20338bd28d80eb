package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A compiled selector. Read from the string or the JSON form; evaluated on the attributes of each
 * device. Immutable. Two selectors are equal if their normal forms are, which don't depend on the
 * order of terms.
 */
public final class Selector {
  /**
   * The bound of the work of all selectors of one request for each device, about 100 µs of
   * processor time. Work is computed from the selectors, not measured.
   */
  public static final int MAX_WORK = 16 * 1024;

  static final int WORK_OF_A_TERM = 4;

  /** A character behind a {@code *} may be compared with each character of a value. */
  static final int WORK_OF_A_SYMBOL = 16;

  static final int WORK_OF_AN_INSTRUCTION = 64;

  private static final Selector EVERYTHING = of(new Clause.Everything());

  private final Clause clause;
  private final Check check;
  private final String normalForm;

  private final List<String> notes;
  private final int work;

  private Selector(Clause clause, List<String> notes, int work) {
    this(clause, notes, work, Check.of(clause));
  }

  private Selector(Clause clause, List<String> notes, int work, Check check) {
    this.clause = clause;
    this.notes = notes;
    this.work = work;
    this.check = check;
    this.normalForm = Printer.normal(clause);
  }

  /** The empty selector: every device matches. */
  public static Selector everything() {
    return EVERYTHING;
  }

  /**
   * Reads the string form, or JSON held by a string that starts with a brace or a bracket.
   *
   * @throws SelectorException when it can't be read, with line, column, and what was expected
   */
  public static Selector parse(String text) {
    ParseBudget reading = new ParseBudget(text);
    Clause clause =
        JsonForm.looksLike(text) ? JsonForm.parse(text, reading) : TextParser.parse(text, reading);
    return bounded(text, new Selector(clause, reading.notes(), reading.work()));
  }

  /**
   * Reads what Jackson gives for a capability or a request's member: a map or list (the JSON form),
   * a string (either form), null (everything).
   *
   * @throws SelectorException when it can't be read; line and column are those of the value as JSON
   */
  public static Selector of(@Nullable Object value) {
    if (value == null) {
      return EVERYTHING;
    }
    return value instanceof String text ? parse(text) : parseJson(JsonForm.write(value));
  }

  static Selector parseJson(String text) {
    ParseBudget reading = new ParseBudget(text);
    return bounded(text, json(text, reading));
  }

  private static Selector json(String text, ParseBudget reading) {
    Clause clause = JsonForm.parse(text, reading);
    return new Selector(clause, reading.notes(), reading.work());
  }

  /** The normal form must be readable too, and escapes make it longer than what was typed. */
  private static Selector bounded(String text, Selector selector) {
    if (selector.normalForm.length() > SelectorLimits.MAX_CHARACTERS) {
      throw SelectorException.at(
          text,
          0,
          "a normal form of at most " + SelectorLimits.MAX_CHARACTERS + " characters",
          null);
    }
    return selector;
  }

  static Selector of(Clause clause) {
    Set<Clause.Term> terms = new HashSet<>();
    ReferencedKeys.terms(clause, terms);
    return new Selector(clause, List.of(), WORK_OF_A_TERM * terms.size());
  }

  /**
   * Names one device without regard to case: by udid, serial, device_id, id, or {@code id@host}
   * (keys {@code host}, {@code hostname}, {@code node}).
   */
  public static Selector named(String name) {
    return of(DeviceName.named(name));
  }

  /** Returns a selector of the one device with this {@code id}. */
  public static Selector identified(String id) {
    return of(new Clause.Term("id", Conditions.exact("id", id)));
  }

  /** Returns the disjunction of at least one selector. */
  public static Selector anyOf(List<Selector> selectors) {
    if (selectors.size() == 1) {
      return selectors.get(0);
    }
    return new Selector(
        Clause.any(selectors.stream().map(Selector::clause).toList()),
        selectors.stream().flatMap(selector -> selector.notes.stream()).distinct().toList(),
        selectors.stream().mapToInt(Selector::work).sum());
  }

  /**
   * Reads a {@code udid} capability: a name if some device has it, else a selector if it starts
   * with a key that is known (or is JSON), else a name that no device has.
   *
   * @param someDevice whether any device matches
   * @param knownKeys folded keys that devices have, in addition to those of AppiumLB
   * @throws SelectorException when it is a selector that can't be read
   */
  public static Selector ofUdid(
      String text, Predicate<Selector> someDevice, Collection<String> knownKeys) {
    return DeviceName.resolve(text, someDevice, knownKeys);
  }

  /** Returns whether a device with these attributes matches. */
  public boolean matches(Attributes device) {
    return check.test(device);
  }

  /** The string form that equal selectors share; reading it gives an equal selector. */
  public String normalForm() {
    return normalForm;
  }

  /**
   * The JSON form, as maps and lists for a capability; reading it gives an equal selector. One that
   * is too long or too deep for the JSON form is the string form.
   */
  public Object jsonForm() {
    Object form = JsonPrinter.print(clause);
    try {
      return of(form).equals(this) ? form : normalForm;
    } catch (SelectorException tooLarge) {
      return normalForm;
    }
  }

  /** Returns the conjunction of both selectors. */
  public Selector and(Selector other) {
    List<String> both = Stream.concat(notes.stream(), other.notes.stream()).distinct().toList();
    return new Selector(
        Clause.all(List.of(clause, other.clause)),
        both,
        work + other.work,
        device -> check.test(device) && other.check.test(device));
  }

  /** Returns the bound of the work for one device; see {@link #MAX_WORK}. */
  public int work() {
    return work;
  }

  /** Returns warnings about what is valid but probably unintended, as sentences; empty for most. */
  public List<String> warnings() {
    return notes;
  }

  /** {@link #warnings()} and, for each key that isn't among the known, the nearest that is. */
  public List<String> warnings(Collection<String> knownKeys) {
    List<String> warnings = new ArrayList<>(notes);
    warnings.addAll(ReferencedKeys.unknownKeys(clause, knownKeys));
    return List.copyOf(warnings);
  }

  /** Returns the known keys closest to a mistyped one, nearest first, at most three. */
  public static List<String> nearestKeys(String key, Collection<String> known) {
    return Keys.nearest(key, known);
  }

  Clause clause() {
    return clause;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Selector selector && normalForm.equals(selector.normalForm);
  }

  @Override
  public int hashCode() {
    return normalForm.hashCode();
  }

  @Override
  public String toString() {
    return normalForm;
  }
}
