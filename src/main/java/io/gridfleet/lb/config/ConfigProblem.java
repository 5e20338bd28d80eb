package io.gridfleet.lb.config;

import java.util.Comparator;

/**
 * One problem of a configuration.
 *
 * @param file as the operator named it, or the environment variable or flag with the problem
 * @param line from 1; 0 if unknown
 * @param column from 1; 0 if unknown
 */
public record ConfigProblem(String file, int line, int column, String message)
    implements Comparable<ConfigProblem> {

  private static final Comparator<ConfigProblem> ORDER =
      Comparator.comparing(ConfigProblem::file)
          .thenComparingInt(ConfigProblem::line)
          .thenComparingInt(ConfigProblem::column)
          .thenComparing(ConfigProblem::message);

  static ConfigProblem at(SourceLocation place, String message) {
    return new ConfigProblem(place.file(), place.line(), place.column(), message);
  }

  @Override
  public int compareTo(ConfigProblem other) {
    return ORDER.compare(this, other);
  }

  /** {@code file:line:column: message}, as compilers write it, so that editors can jump there. */
  @Override
  public String toString() {
    return line == 0 ? file + ": " + message : file + ":" + line + ":" + column + ": " + message;
  }
}
