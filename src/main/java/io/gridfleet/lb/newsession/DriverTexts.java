package io.gridfleet.lb.newsession;

import io.gridfleet.lb.newsession.FailureRule.Fault;
import java.util.ArrayList;
import java.util.List;

/** Gathers rows for texts of drivers, source by source. */
final class DriverTexts {
  private final List<FailureRule> rows = new ArrayList<>();

  /** A row without its source: whose fault, what metrics call it, what the text looks like. */
  record Text(Fault fault, String label, String regex) {}

  static Text request(String label, String regex) {
    return new Text(Fault.REQUEST, label, regex);
  }

  static Text device(String label, String regex) {
    return new Text(Fault.DEVICE, label, regex);
  }

  static Text unsure(String label, String regex) {
    return new Text(Fault.UNSURE, label, regex);
  }

  /** Texts that were read in one file. */
  void from(String source, Text... texts) {
    for (Text text : texts) {
      rows.add(FailureRule.ofText(text.fault(), text.label(), text.regex(), source));
    }
  }

  List<FailureRule> rows() {
    return rows;
  }
}
