package io.gridfleet.lb;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house as a table: which package may use which, and which may use which library. */
final class HouseRulesTest {
  private static final String ROOT = "io.gridfleet.lb.";

  /** A package uses only packages of a lower level. */
  private static final Map<String, Integer> LEVELS =
      Map.ofEntries(
          Map.entry("app", 8),
          Map.entry("router", 7),
          Map.entry("metrics", 7),
          Map.entry("newsession", 6),
          Map.entry("api", 6),
          Map.entry("recovery", 6),
          Map.entry("distributor", 5),
          Map.entry("relay", 5),
          Map.entry("store", 5),
          Map.entry("session", 3),
          Map.entry("run", 4),
          Map.entry("history", 4),
          Map.entry("waiting", 4),
          Map.entry("ui", 3),
          Map.entry("device", 2),
          Map.entry("auth", 2),
          Map.entry("node", 1),
          Map.entry("simulator", 1),
          Map.entry("selector", 0),
          Map.entry("webdriver", 0),
          Map.entry("http", 0),
          Map.entry("documents", 0),
          Map.entry("listener", 0),
          Map.entry("state", 0),
          Map.entry("async", 0),
          Map.entry("config", 0));

  /** The packages of the store: each uses only those before it. */
  private static final List<String> STORE =
      List.of(
          "store", "store.open", "store.statement", "store.replica", "store.signal", "store.sql");

  private static final Map<String, Set<String>> LIBRARIES =
      Map.of(
          "io.netty.", Set.of("app", "router", "relay", "node", "simulator", "http"),
          "okhttp3.", Set.of("node", "api"),
          "org.jdbi.", Set.of("store"),
          "org.commonmark.", Set.of("documents"),
          "org.flywaydb.", Set.of("store"),
          "com.zaxxer.", Set.of("store"),
          "java.sql.", Set.of("store"),
          "io.micrometer.", Set.of("metrics", "app"),
          "com.fasterxml.jackson.",
              Set.of(
                  "app",
                  "router",
                  "api",
                  "store",
                  "node",
                  "simulator",
                  "selector",
                  "webdriver",
                  "config",
                  "newsession",
                  "relay"));

  private static final List<String> NAMES_NOT_USED =
      List.of("Manager", "Helper", "Util", "Utils", "Impl");

  /** A file is questioned at 300 lines and stops here (contributing.md#rules). */
  private static final int MAX_LINES = 500;

  private static final int MAX_TEST_LINES = 800;

  /** A type of a sub-package, as the notes of its package's root name it: {@code run.RunRoutes}. */
  private static final Pattern EXPORTED = Pattern.compile("\\{@code[\\s*]+([a-z]+\\.[A-Z]\\w*)\\}");

  private static final Pattern TEST = Pattern.compile("^\\s*@(Test|Property|ParameterizedTest)\\b");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.gridfleet.lb");

  @Test
  void aPackageUsesOnlyPackagesBelowIt() {
    Set<String> broken = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        String from = room(origin.getPackageName());
        String to = room(dependency.getTargetClass().getPackageName());
        if (!from.isEmpty() && !to.isEmpty() && !from.equals(to)) {
          if (LEVELS.get(from) <= LEVELS.get(to)) {
            broken.add(from + " uses " + to + ": " + dependency.getDescription());
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  /**
   * A type of a sub-package is used from other packages only where the notes of its package's root
   * export it, and nothing is exported that no other package uses.
   */
  @Test
  void onlyExportedTypesOfSubPackagesAreUsedElsewhere() throws IOException {
    Set<String> used = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass();
        String room = room(target.getPackageName());
        if (!room.isEmpty()
            && !room.equals(room(origin.getPackageName()))
            && !target.getPackageName().equals(ROOT + room)) {
          used.add(topLevel(target).substring(ROOT.length()));
        }
      }
    }
    assertThat(used).isEqualTo(exports());
  }

  /**
   * The sub-packages of one package don't use each other in a cycle. The root is left out: it is
   * the entry to its sub-packages and the home of the values that they share.
   */
  @Test
  void subPackagesOfOnePackageHaveNoCycle() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass origin : CLASSES) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        String from = origin.getPackageName();
        String to = dependency.getTargetClass().getBaseComponentType().getPackageName();
        if (!from.equals(to)
            && isSubPackage(from)
            && isSubPackage(to)
            && room(from).equals(room(to))) {
          uses.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
        }
      }
    }
    assertThat(uses).as("packages with sub-packages that use each other").isNotEmpty();
    while (uses.values().removeIf(all -> all.stream().noneMatch(uses::containsKey))) {
      // A package that uses none that is left is in no cycle.
    }
    assertThat(uses).as("each uses another of these").isEmpty();
  }

  @Test
  void aPackageOfTheStoreUsesOnlyThoseBelowIt() {
    Set<String> found = new TreeSet<>();
    Set<String> broken = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      if (room(origin.getPackageName()).equals("store")) {
        String from = origin.getPackageName().substring(ROOT.length());
        found.add(from);
        for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
          JavaClass target = dependency.getTargetClass().getBaseComponentType();
          if (room(target.getPackageName()).equals("store")
              && STORE.indexOf(from)
                  < STORE.indexOf(target.getPackageName().substring(ROOT.length()))) {
            broken.add(dependency.getDescription());
          }
        }
      }
    }
    assertThat(found).isEqualTo(new TreeSet<>(STORE));
    assertThat(broken).isEmpty();
  }

  private static boolean isSubPackage(String packageName) {
    String room = room(packageName);
    return !room.isEmpty() && !packageName.equals(ROOT + room);
  }

  private static Set<String> exports() throws IOException {
    Set<String> exports = new TreeSet<>();
    for (String room : LEVELS.keySet()) {
      String notes =
          Files.readString(Path.of("src/main/java/io/gridfleet/lb", room, "package-info.java"));
      Matcher exported = EXPORTED.matcher(notes);
      while (exported.find()) {
        exports.add(room + "." + exported.group(1));
      }
    }
    return exports;
  }

  private static String topLevel(JavaClass type) {
    String name = type.getBaseComponentType().getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  @Test
  void noTwoTopLevelTypesHaveOneName() throws IOException {
    Map<String, Path> known = new HashMap<>();
    Set<String> twice = new TreeSet<>();
    for (String folder : List.of("src/main/java", "src/test/java", "bench/src/main/java")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String name = file.getFileName().toString();
          Path other = known.put(name, file);
          if (other != null && !name.equals("package-info.java")) {
            twice.add(other + " and " + file);
          }
        }
      }
    }
    assertThat(twice).isEmpty();
  }

  @Test
  void everyPackageHasItsPlaceInTheTable() {
    Set<String> unknown = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      if (!LEVELS.containsKey(room(type.getPackageName()))) {
        unknown.add(type.getName());
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void aLibraryIsUsedOnlyInItsRooms() {
    Set<String> broken = new TreeSet<>();
    for (JavaClass origin : CLASSES) {
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        String target = dependency.getTargetClass().getName();
        LIBRARIES.forEach(
            (library, rooms) -> {
              if (target.startsWith(library) && !rooms.contains(room(origin.getPackageName()))) {
                broken.add(origin.getName() + " uses " + target);
              }
            });
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void namesAreOfTheFieldAndFilesAreSmall() throws IOException {
    Set<String> broken = new TreeSet<>();
    check(Path.of("src/main/java"), MAX_LINES, broken);
    check(Path.of("src/test/java"), MAX_TEST_LINES, broken);
    assertThat(broken).isEmpty();
  }

  /** Surefire and failsafe find tests by their file's name: another name is never run. */
  @Test
  void everyTestHasANameThatIsRun() throws IOException {
    Set<String> neverRun = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        boolean holdsTests =
            Files.readString(file).lines().anyMatch(line -> TEST.matcher(line).find());
        if (holdsTests && !name.endsWith("Test") && !name.endsWith("IT")) {
          neverRun.add(file.toString());
        }
      }
    }
    assertThat(neverRun).isEmpty();
  }

  private static void check(Path folder, int mostLines, Set<String> broken) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        long lines = Files.readString(file).lines().count();
        if (lines > mostLines) {
          broken.add(file + " has " + lines + " lines");
        }
        if (NAMES_NOT_USED.stream().anyMatch(name::endsWith)
            || name.startsWith("Base")
            || name.startsWith("Abstract")) {
          broken.add(file + " has a name that is not used here");
        }
      }
    }
  }

  private static String room(String packageName) {
    if (!packageName.startsWith(ROOT)) {
      return "";
    }
    String rest = packageName.substring(ROOT.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }
}
