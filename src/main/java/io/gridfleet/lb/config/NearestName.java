package io.gridfleet.lb.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Suggests the known name that was probably meant. */
public final class NearestName {
  private NearestName() {}

  /** Returns the name with the fewest edits, if they are few for its length; case costs nothing. */
  public static Optional<String> of(String written, Collection<String> known) {
    String lower = written.toLowerCase(Locale.ROOT);
    return known.stream()
        .min(
            Comparator.comparingInt((String name) -> distance(lower, name))
                .thenComparing(Comparator.naturalOrder()))
        .filter(name -> distance(lower, name) <= Math.max(2, name.length() / 3))
        .filter(name -> distance(lower, name) < name.length());
  }

  /** {@code ; did you mean 'x'?}, or nothing. */
  public static String hint(String written, Collection<String> known) {
    return of(written, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  private static int distance(String lower, String name) {
    return edits(lower, name.toLowerCase(Locale.ROOT));
  }

  /** Levenshtein's distance, one row at a time. */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int same = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(same, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
