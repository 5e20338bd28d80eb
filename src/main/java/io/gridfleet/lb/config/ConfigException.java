package io.gridfleet.lb.config;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown when a configuration can't be used; holds all of its problems. */
public final class ConfigException extends RuntimeException {
  private final transient List<ConfigProblem> problems;

  public ConfigException(List<ConfigProblem> problems) {
    super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    this.problems = problems.stream().sorted().distinct().toList();
  }

  /** In the order of files and lines; never empty. */
  public List<ConfigProblem> problems() {
    return problems;
  }
}
