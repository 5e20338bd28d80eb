package io.gridfleet.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Suppressed warnings: each of a check that is on, with its reason; and no other way around one.
 */
final class SuppressionsTest {
  private static final Pattern OFF = Pattern.compile("-Xep:(\\w+):OFF");
  private static final Pattern SUPPRESSED =
      Pattern.compile("@SuppressWarnings\\(([^)]*)\\)(\\s*//)?");
  private static final Pattern NAME = Pattern.compile("\"(\\w+)\"");

  /** Lints of javac, which reads tests too; Error Prone reads the program only. */
  private static final Set<String> OF_JAVAC = Set.of("unchecked", "rawtypes", "deprecation");

  @Test
  void eachIsOfACheckThatIsOnAndHasItsReason() throws IOException {
    Set<String> off = new HashSet<>();
    OFF.matcher(Files.readString(Path.of("pom.xml"))).results().forEach(m -> off.add(m.group(1)));
    Set<String> broken = new TreeSet<>();
    forEachFile(
        "src/main/java",
        (file, text) -> {
          for (MatchResult found : SUPPRESSED.matcher(text).results().toList()) {
            if (found.group(2) == null) {
              broken.add(file + ": no reason for " + found.group(1));
            }
            names(found.group(1)).stream()
                .filter(off::contains)
                .forEach(name -> broken.add(file + ": " + name + " is off"));
          }
        });
    forEachFile(
        "src/test/java",
        (file, text) ->
            SUPPRESSED
                .matcher(text)
                .results()
                .flatMap(found -> names(found.group(1)).stream())
                .filter(name -> !OF_JAVAC.contains(name))
                .forEach(name -> broken.add(file + ": " + name + " isn't checked in tests")));
    assertThat(broken).isEmpty();
  }

  /** A result that is assigned to a variable of no use hides what the check has found. */
  @Test
  void noVariableIsUnused() throws IOException {
    Pattern unused = Pattern.compile("\\bvar unused");
    Set<String> broken = new TreeSet<>();
    for (String folder : new String[] {"src/main/java", "src/test/java", "bench/src/main/java"}) {
      forEachFile(
          folder,
          (file, text) -> {
            if (unused.matcher(text).find()) {
              broken.add(file.toString());
            }
          });
    }
    assertThat(broken).isEmpty();
  }

  private static Set<String> names(String arguments) {
    Set<String> names = new HashSet<>();
    Matcher name = NAME.matcher(arguments);
    while (name.find()) {
      names.add(name.group(1));
    }
    return names;
  }

  private interface Check {
    void of(Path file, String text);
  }

  private static void forEachFile(String folder, Check check) throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(folder))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        check.of(file, Files.readString(file));
      }
    }
  }
}
