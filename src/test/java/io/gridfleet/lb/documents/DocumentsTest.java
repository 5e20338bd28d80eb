package io.gridfleet.lb.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.session.EndReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Documents and code agree: links, citations, names of types and tests, keys, metrics. */
final class DocumentsTest {
  private static final Path REFERENCE = Path.of("conf/reference.yaml");
  private static final Path METRIC_NAMES = Path.of("src/test/resources/metrics/names.txt");

  /** Documents that are no part of the repository. */
  private static final Pattern ELSEWHERE =
      Pattern.compile("DESIGN\\b|\\bcontracts/[a-z]|\\bsources/[a-z]|\\bfield/[a-z-]+\\.md");

  /** A page named in a comment, with or without a section. */
  private static final Pattern CITATION = Pattern.compile("\\b([a-z][a-z-]*\\.md)(#[a-z0-9-]+)?");

  private static final Pattern TYPE =
      Pattern.compile(
          "([A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*|[A-Z][A-Za-z]+(?:Test|IT))(\\.[a-z]\\w*…?)?");

  private static final Pattern IN_DRAWING =
      Pattern.compile("\\b(?:[A-Z][a-z]+){2,}\\b|\\b[A-Z][a-z]+[A-Z][A-Za-z]+\\b");

  /** Names of the protocol and of other programs that look like types of this program. */
  private static final Set<String> FOREIGN =
      Set.of(
          "UiAutomator2",
          "FireTV",
          "LocalFileDetector",
          "ClientConfig",
          "AppiumClientConfig",
          "ValueError");

  private static final Pattern KEY =
      Pattern.compile("((?:[a-z][A-Za-z]*\\.)+[a-z][A-Za-z]*)(?:: .*)?");

  /** Methods of BiDi, which look like keys. */
  private static final Set<String> BIDI = Set.of("session.new", "session.end", "session.status");

  /** A key of YAML, with the dash of its list item as part of its indentation. */
  private static final Pattern KEY_LINE =
      Pattern.compile("( *(?:- )?)([a-z][A-Za-z0-9]*):(?: .*)?");

  private static final Pattern METRIC = Pattern.compile("gridfleet_lb_[a-z_]+");

  @Test
  void everyLinkHasATarget() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path page : Pages.all()) {
      for (String link : Pages.links(page)) {
        if (!link.matches("https?://.*") && !leadsSomewhere(page, link)) {
          broken.add(page + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path folder = page.toAbsolutePath().getParent();
    Path target = parts[0].isEmpty() ? page : folder.resolve(parts[0]).normalize();
    return Files.exists(target) && (parts.length == 1 || Pages.anchors(target).contains(parts[1]));
  }

  @Test
  void everyPageIsReachedFromTheIndexAndNamesItsReaders() throws IOException {
    Set<String> linked = new HashSet<>(Pages.links(Pages.SITE.resolve("index.md")));
    for (Path page : Pages.site()) {
      String name = page.getFileName().toString();
      assertThat(Files.readString(page)).as(name).matches("(?s)# [^\n]+\n\nFor .*");
      assertThat(linked.contains(name) || name.equals("index.md")).as(name + " in index").isTrue();
    }
  }

  @Test
  void theReadmeIsShort() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("README.md"));
    assertThat(lines).hasSizeLessThanOrEqualTo(150);
    assertThat(lines)
        .filteredOn(line -> !line.startsWith("|") && !line.contains("]("))
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(120));
  }

  @Test
  void everyCitationInTheCodeHasATarget() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      Matcher elsewhere = ELSEWHERE.matcher(text);
      while (elsewhere.find()) {
        broken.add(file + " cites " + elsewhere.group());
      }
      Matcher citation = CITATION.matcher(text);
      while (citation.find() && file.toString().endsWith(".java")) {
        Path page = Pages.SITE.resolve(citation.group(1));
        if (!file.toString().contains("/documents/")
            && (!Files.exists(page)
                || (citation.group(2) != null
                    && !Pages.anchors(page).contains(citation.group(2).substring(1))))) {
          broken.add(file + " cites " + citation.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    Set<Path> all = new TreeSet<>();
    for (String folder : List.of("src/main", "src/test", "bench", "conf", "docker", ".ci")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        files
            .filter(file -> file.toString().matches(".*\\.(java|py|js|sh|yaml|yml|sql|md)|.*/run"))
            .filter(file -> !file.toString().contains("results"))
            .filter(file -> !file.endsWith("DocumentsTest.java"))
            .filter(Files::isRegularFile)
            .forEach(all::add);
      }
    }
    return List.copyOf(all);
  }

  @Test
  void everyTypeAndTestThatAPageNamesExists() throws IOException {
    Map<String, String> types = types();
    Set<String> broken = new TreeSet<>();
    for (Path page : Pages.site()) {
      if (page.endsWith("changelog.md")) {
        continue;
      }
      String owner = "";
      for (String span : Pages.spans(page)) {
        Matcher name = TYPE.matcher(span);
        if (name.matches() && !FOREIGN.contains(name.group(1))) {
          owner = name.group(1);
          String source = types.get(owner);
          if (source == null || !has(source, name.group(2))) {
            broken.add(page.getFileName() + ": " + span);
          }
        } else if (page.endsWith("testing.md") && span.matches("\\.[a-z]\\w*…?")) {
          String source = types.getOrDefault(owner, "");
          if (!has(source, span)) {
            broken.add(page.getFileName() + ": " + owner + span);
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyTypeInADrawingExists() throws IOException {
    Map<String, String> types = types();
    Set<String> broken = new TreeSet<>();
    int drawings = 0;
    for (Path page : Pages.site()) {
      for (String drawing : Pages.drawings(page)) {
        drawings++;
        Matcher word = IN_DRAWING.matcher(drawing);
        while (word.find()) {
          if (!types.containsKey(word.group())) {
            broken.add(page.getFileName() + ": " + word.group());
          }
        }
      }
    }
    assertThat(broken).isEmpty();
    assertThat(drawings).isGreaterThanOrEqualTo(2);
  }

  private static boolean has(String source, String member) {
    if (member == null) {
      return true;
    }
    String name = member.substring(1).replace("…", "");
    return source.contains(" " + name + (member.endsWith("…") ? "" : "("));
  }

  /** Names of all types with a file of their own, and the text of that file. */
  private static Map<String, String> types() throws IOException {
    Map<String, String> types = new HashMap<>();
    for (String folder : List.of("src/main/java", "src/test/java")) {
      try (Stream<Path> files = Files.walk(Path.of(folder))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          types.merge(
              file.getFileName().toString().replace(".java", ""),
              Files.readString(file),
              String::concat);
        }
      }
    }
    return types;
  }

  @Test
  void everyConfigurationKeyThatAPageNamesExists() throws IOException {
    Set<String> keys = keys();
    Set<String> sections =
        keys.stream().map(key -> key.split("\\.")[0]).collect(Collectors.toSet());
    assertThat(keys).contains("newSession.waitForDevice", "runs.cooldown.threshold", "nodes.url");
    Set<String> broken = new TreeSet<>();
    for (Path page : Pages.site()) {
      for (String span : Pages.spans(page)) {
        Matcher key = KEY.matcher(span);
        if (key.matches()
            && sections.contains(key.group(1).split("\\.")[0])
            && !BIDI.contains(key.group(1))
            && !keys.contains(key.group(1))) {
          broken.add(page.getFileName() + ": " + span);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  /** Single keys are in the reference, which is served with the pages; each section has a row. */
  @Test
  void everySectionOfTheConfigurationHasARow() throws IOException {
    Set<String> sections =
        keys().stream().filter(key -> !key.contains(".")).collect(Collectors.toSet());
    String table = Files.readString(Pages.SITE.resolve("operating.md"));
    table = table.substring(table.indexOf("## Configuration"));
    Matcher row =
        Pattern.compile("(?m)^\\| `([a-zA-Z]+)` \\|")
            .matcher(table.substring(0, table.indexOf("\n## ")));
    Set<String> rows = new HashSet<>();
    while (row.find()) {
      rows.add(row.group(1));
    }
    assertThat(rows).isEqualTo(sections);
  }

  /** The dotted keys of the reference, those of examples in comments included. */
  private static Set<String> keys() throws IOException {
    Set<String> keys = new TreeSet<>();
    TreeMap<Integer, String> above = new TreeMap<>();
    for (String text : Files.readAllLines(REFERENCE)) {
      Matcher key = KEY_LINE.matcher(text.replaceFirst("^( *)#(?! )|^#(?= {2})", "$1"));
      if (key.matches()) {
        int indent = key.end(1);
        above.tailMap(indent, true).clear();
        String parent = above.isEmpty() ? "" : above.lastEntry().getValue() + ".";
        above.put(indent, parent + key.group(2));
        keys.add(parent + key.group(2));
      }
    }
    return keys;
  }

  @Test
  void thePageAboutMetricsHasEveryMetricWithItsLabels() throws IOException {
    Map<String, Set<String>> real = new HashMap<>();
    for (String line : Files.readAllLines(METRIC_NAMES)) {
      String name =
          line.substring(0, line.indexOf('{')).replaceFirst("_(bucket|count|sum|max)$", "");
      Set<String> labels = real.computeIfAbsent(name, n -> new TreeSet<>());
      for (String label : line.substring(line.indexOf('{') + 1, line.length() - 1).split(",")) {
        if (!label.isEmpty()) {
          labels.add(label);
        }
      }
    }
    Map<String, Set<String>> documented = new HashMap<>();
    Pattern row = Pattern.compile("\\| `(gridfleet_lb_[a-z_]+)` \\|([^|]*)\\|.*");
    for (String line : Files.readAllLines(Pages.SITE.resolve("metrics-and-alerts.md"))) {
      Matcher found = row.matcher(line);
      if (found.matches()) {
        Set<String> labels = new TreeSet<>();
        Matcher label = Pattern.compile("`([a-z_]+)`").matcher(found.group(2));
        while (label.find()) {
          labels.add(label.group(1));
        }
        documented.put(found.group(1), labels);
      }
    }
    assertThat(documented).isEqualTo(real);
  }

  @Test
  void everyMetricThatIsNamedAnywhereExists() throws IOException {
    String names = Files.readString(METRIC_NAMES);
    Set<String> broken = new TreeSet<>();
    List<Path> files =
        Stream.concat(Pages.all().stream(), Stream.of(Path.of("conf/alerts.yaml"))).toList();
    for (Path file : files) {
      Matcher metric = METRIC.matcher(Files.readString(file));
      while (metric.find()) {
        if (!names.contains(metric.group())) {
          broken.add(file + ": " + metric.group());
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyInhibitorAndEndReasonIsInTheGlossary() throws IOException {
    List<String> spans = Pages.spans(Pages.SITE.resolve("glossary.md"));
    assertThat(spans)
        .containsAll(Stream.of(Inhibitor.Kind.values()).map(Inhibitor.Kind::code).toList())
        .containsAll(Stream.of(EndReason.values()).map(EndReason::code).toList());
  }

  @Test
  void everyAlertHasASection() throws IOException {
    Matcher alert =
        Pattern.compile("alert: (\\w+)").matcher(Files.readString(Path.of("conf/alerts.yaml")));
    Set<String> anchors = Pages.anchors(Pages.SITE.resolve("metrics-and-alerts.md"));
    int alerts = 0;
    while (alert.find()) {
      assertThat(anchors).contains(alert.group(1).toLowerCase(Locale.ROOT));
      alerts++;
    }
    assertThat(alerts).isPositive();
  }
}
