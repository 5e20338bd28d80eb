package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Inhibitor;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Formats the verdicts on all devices as one sentence. */
final class VerdictText {
  private VerdictText() {}

  static String of(Verdicts verdicts) {
    List<String> parts = new ArrayList<>();
    verdicts
        .counts()
        .forEach(
            (kind, count) -> {
              if (kind.compareTo(Inhibitor.Kind.OTHER_TENANT) > 0) {
                parts.add(part(kind, count, verdicts.examples().get(kind)));
              }
            });
    int matching = verdicts.matching();
    String head = matching + (matching == 1 ? " device matches" : " devices match");
    String limit =
        verdicts.quota().map(most -> " You may have " + most + " sessions at once.").orElse("");
    return head + (parts.isEmpty() ? "." : ": " + String.join(", ", parts) + ".") + limit;
  }

  private static String part(Inhibitor.Kind kind, int count, @Nullable Inhibitor example) {
    if (example == null) {
      return count + " " + kind.words();
    }
    String until =
        example.until().map(end -> " until " + end.truncatedTo(ChronoUnit.SECONDS)).orElse("");
    String longest = count > 1 && example.since().isPresent() ? "longest " : "";
    String detail = example.detail().isEmpty() ? "" : " (" + longest + example.detail() + ")";
    return count + " " + kind.words() + until + detail;
  }
}
