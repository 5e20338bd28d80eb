package io.gridfleet.lb.selector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Explains the result of a selector: the counts of each part and the verdict of each device, by the
 * same evaluation. A pure function of the selector and the devices, shown by REST, the command line
 * and refused requests.
 *
 * @param normalForm the selector as it was understood
 * @param terms the parts that must all hold, in the order in which they were written
 * @param verdicts one for each device, in the order of the devices
 * @param nearestMiss when nothing matches: the term that excludes most devices by itself
 * @param warnings what is valid but probably unintended
 */
public record Explanation(
    String normalForm,
    List<TermMatches> terms,
    List<Verdict> verdicts,
    @Nullable NearestMiss nearestMiss,
    List<String> warnings) {

  public Explanation {
    terms = List.copyOf(terms);
    verdicts = List.copyOf(verdicts);
    warnings = List.copyOf(warnings);
  }

  /**
   * A device to be explained.
   *
   * @param inhibitors why it can't serve now although it may match, in the order in which they are
   *     reported; empty if it can
   */
  public record Candidate(String id, Attributes attributes, List<String> inhibitors) {
    public Candidate {
      inhibitors = List.copyOf(inhibitors);
    }
  }

  /**
   * How many devices a part alone matches.
   *
   * @param alternatives the parts one of which must hold, if it is such
   * @param seen when it matches none: some values that devices do have for its key, nearest first
   */
  public record TermMatches(
      String term, int matches, List<TermMatches> alternatives, List<String> seen) {
    public TermMatches {
      alternatives = List.copyOf(alternatives);
      seen = List.copyOf(seen);
    }

    Map<String, Object> toPlainObject() {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("term", term);
      plain.put("matches", matches);
      if (!alternatives.isEmpty()) {
        plain.put("any_of", alternatives.stream().map(TermMatches::toPlainObject).toList());
      }
      if (!seen.isEmpty()) {
        plain.put("devices_have", seen);
      }
      return plain;
    }
  }

  /**
   * The result for one device.
   *
   * @param udid the device's name on its node; null when it has none
   * @param failedTerm the first part that doesn't hold; null when all do
   * @param inhibitors those of the candidate
   */
  public record Verdict(
      String device, @Nullable String udid, @Nullable String failedTerm, List<String> inhibitors) {
    public boolean matches() {
      return failedTerm == null;
    }

    /** Matches, and nothing inhibits it. */
    public boolean available() {
      return matches() && inhibitors.isEmpty();
    }

    Map<String, Object> toPlainObject() {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("device", device);
      if (udid != null) {
        plain.put("udid", udid);
      }
      plain.put("matches", matches());
      plain.put("available", available());
      if (failedTerm != null) {
        plain.put("failed_term", failedTerm);
      }
      plain.put("inhibitors", inhibitors);
      return plain;
    }
  }

  /**
   * The one term without which there would be devices.
   *
   * @param devices how many would match
   * @param available how many of these nothing inhibits now
   */
  public record NearestMiss(String withoutTerm, int devices, int available) {
    Map<String, Object> toPlainObject() {
      Map<String, Object> plain = new LinkedHashMap<>();
      plain.put("without_term", withoutTerm);
      plain.put("devices", devices);
      plain.put("available", available);
      return plain;
    }
  }

  public static Explanation of(Selector selector, Collection<Candidate> devices) {
    return new Explainer(selector, devices).explain();
  }

  /** How many devices match. */
  public int matching() {
    return (int) verdicts.stream().filter(Verdict::matches).count();
  }

  /** How many devices match and can serve now. */
  public int available() {
    return (int) verdicts.stream().filter(Verdict::available).count();
  }

  /** The number of matching devices that each inhibitor affects. */
  public Map<String, Integer> inhibitorCounts() {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Verdict verdict : verdicts) {
      if (verdict.matches()) {
        verdict.inhibitors().forEach(inhibitor -> counts.merge(inhibitor, 1, Integer::sum));
      }
    }
    return counts;
  }

  /** Maps, lists, texts and numbers, for JSON; names as the REST API writes them. */
  public Map<String, Object> toPlainObject() {
    return toPlainObject(Integer.MAX_VALUE);
  }

  /**
   * The same with at most so many devices: available ones first, then those that match, then the
   * others. The counts are always of all.
   */
  public Map<String, Object> toPlainObject(int mostDevices) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("selector", normalForm);
    plain.put("devices_total", verdicts.size());
    plain.put("matching", matching());
    plain.put("available", available());
    plain.put("inhibitors", inhibitorCounts());
    plain.put("terms", terms.stream().map(TermMatches::toPlainObject).toList());
    plain.put("devices", shown(mostDevices).stream().map(Verdict::toPlainObject).toList());
    plain.put("nearest_miss", nearestMiss == null ? null : nearestMiss.toPlainObject());
    plain.put("warnings", warnings);
    return plain;
  }

  private List<Verdict> shown(int most) {
    if (verdicts.size() <= most) {
      return verdicts;
    }
    List<Verdict> shown = new ArrayList<>(verdicts);
    shown.sort((one, other) -> Integer.compare(distance(one), distance(other)));
    return shown.subList(0, Math.max(0, most));
  }

  private static int distance(Verdict verdict) {
    return verdict.available() ? 0 : verdict.matches() ? 1 : 2;
  }

  /** A text table for a terminal, lines ended by line feeds. */
  public String table() {
    return new ExplanationTable(this).toString();
  }
}
