package io.gridfleet.lb.selector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A golden file: cases of a name, a text, and the expected result. With {@code -Dgolden.write=true}
 * the files are rewritten.
 */
final class GoldenCases {
  private static final Path FOLDER = Path.of("src/test/resources/selector");
  private static final String NAME = "=== ";
  private static final String RESULT = "---";

  private GoldenCases() {}

  /** One case. */
  record Case(String file, String name, String text, String expected) {}

  static List<Case> all(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(suffix))
          .sorted()
          .flatMap(file -> read(file).stream())
          .toList();
    }
  }

  private static List<Case> read(Path file) {
    List<Case> cases = new ArrayList<>();
    try {
      for (String block : ("\n" + Files.readString(file)).split("\n" + NAME, -1)) {
        if (!block.isBlank()) {
          int endOfName = block.indexOf('\n');
          int result = block.indexOf("\n" + RESULT);
          String text = result > endOfName ? block.substring(endOfName + 1, result) : "";
          String expected = block.substring(result + 1 + RESULT.length()).strip();
          cases.add(new Case(name(file), block.substring(0, endOfName).strip(), text, expected));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return cases;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /** Rewrites every file of this kind with the current results. */
  static void write(String suffix, Function<Case, String> result) throws IOException {
    for (String file : all(suffix).stream().map(Case::file).distinct().toList()) {
      StringBuilder text = new StringBuilder();
      for (Case golden : read(FOLDER.resolve(file))) {
        text.append(NAME).append(golden.name()).append('\n').append(golden.text()).append('\n');
        text.append(RESULT).append('\n').append(result.apply(golden)).append("\n\n");
      }
      Files.writeString(FOLDER.resolve(file), text);
    }
  }
}
