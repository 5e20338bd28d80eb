package io.gridfleet.lb.selector;

import java.util.List;

/** An explanation as lines of text: terms with their counts, devices with their verdicts. */
final class ExplanationTable {
  /** A device's name is shown in full up to here; a udid of an iPhone has 40 characters. */
  private static final int WIDEST_NAME = 44;

  private final StringBuilder text = new StringBuilder();

  ExplanationTable(Explanation explanation) {
    line("selector  " + (explanation.normalForm().isEmpty() ? "(any)" : explanation.normalForm()));
    line(
        String.format(
            "devices   %d, %d match, %d available",
            explanation.verdicts().size(), explanation.matching(), explanation.available()));
    terms(explanation.terms());
    devices(explanation.verdicts());
    Explanation.NearestMiss miss = explanation.nearestMiss();
    if (miss != null) {
      line("");
      line(
          String.format(
              "nearest   without %s there would be %d, %d of them available",
              miss.withoutTerm(), miss.devices(), miss.available()));
    }
    for (String warning : explanation.warnings()) {
      line("warning   " + warning);
    }
  }

  private void terms(List<Explanation.TermMatches> terms) {
    if (!terms.isEmpty()) {
      line("");
      line(String.format("%7s  %s", "MATCHES", "TERM"));
      terms.forEach(term -> term(term, ""));
    }
  }

  private void term(Explanation.TermMatches term, String indent) {
    String seen = term.seen().isEmpty() ? "" : "  (devices have " + shown(term.seen()) + ")";
    line(String.format("%7d  %s%s%s", term.matches(), indent, term.term(), seen));
    term.alternatives().forEach(part -> term(part, indent + "  "));
  }

  private void devices(List<Explanation.Verdict> verdicts) {
    if (verdicts.isEmpty()) {
      return;
    }
    int widest = "DEVICE".length();
    for (Explanation.Verdict verdict : verdicts) {
      widest = Math.max(widest, Math.min(WIDEST_NAME, verdict.device().length()));
    }
    line("");
    line(padded("DEVICE", widest) + "VERDICT");
    for (Explanation.Verdict verdict : verdicts) {
      line(padded(verdict.device(), widest) + verdict(verdict));
    }
  }

  private static String verdict(Explanation.Verdict verdict) {
    if (verdict.failedTerm() != null) {
      return "not matching: " + verdict.failedTerm();
    }
    return verdict.available() ? "available" : String.join(", ", verdict.inhibitors());
  }

  private static String padded(String name, int width) {
    return name + " ".repeat(Math.max(0, width - name.length()) + 2);
  }

  private static String shown(List<String> values) {
    return String.join(", ", values);
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
