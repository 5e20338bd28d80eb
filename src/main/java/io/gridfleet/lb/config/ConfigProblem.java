package io.gridfleet.lb.config;

import java.util.Comparator;

/**
 * One thing that is wrong in a configuration.
 *
 * @param file as the operator named it; an environment variable or a flag where one was at fault
 * @param line from 1; 0 where there is none
 * @param column from 1; 0 where there is none
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
