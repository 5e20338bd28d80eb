package io.gridfleet.lb.config;

import java.nio.file.Path;

/**
 * Where a value was written.
 *
 * @param directory what relative paths written there start from
 * @param line from 1; 0 outside of files
 */
record SourceLocation(String file, Path directory, int line, int column) {
  static SourceLocation outside(String name) {
    return new SourceLocation(name, Path.of(""), 0, 0);
  }
}
