package io.gridfleet.lb.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares a transcript with its golden file; {@code -Dgridfleet.golden.write} writes it. */
final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/io/gridfleet/lb/api");

  private Golden() {}

  static void check(String name, String transcript) {
    Path file = FOLDER.resolve(name);
    try {
      if (Boolean.getBoolean("gridfleet.golden.write")) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, transcript);
      }
      assertThat(transcript).isEqualTo(Files.readString(file));
    } catch (IOException missing) {
      throw new AssertionError(
          "no golden file " + file + "; see -Dgridfleet.golden.write", missing);
    }
  }
}
