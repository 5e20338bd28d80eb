package io.gridfleet.lb.config;

import java.util.List;

/**
 * A configuration that can be used.
 *
 * @param warnings what is unusual but harmless, such as an unknown variable with the program's
 *     prefix
 * @param lines where its keys were written
 */
public record LoadedConfig<T>(T value, List<ConfigProblem> warnings, KeyLines lines) {
  public LoadedConfig {
    warnings = List.copyOf(warnings);
  }
}
