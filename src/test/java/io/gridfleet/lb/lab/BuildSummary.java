package io.gridfleet.lb.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The end of a build's output: how many tests of which package ran, and which were skipped and why.
 * Reads the reports of surefire and failsafe, whose folders are the arguments.
 */
public final class BuildSummary {
  private static final String ROOT = "io.gridfleet.lb.";

  private final Map<String, Integer> passedByRoom = new TreeMap<>();
  private final Map<String, List<String>> skippedByReason = new TreeMap<>();
  private int passed;
  private int failed;
  private int skipped;

  private BuildSummary() {}

  public static void main(String[] folders) throws Exception {
    System.out.print(of(Stream.of(folders).map(Path::of).toList()));
  }

  static String of(List<Path> folders) throws Exception {
    BuildSummary summary = new BuildSummary();
    for (Path folder : folders) {
      summary.read(folder);
    }
    return summary.text();
  }

  private void read(Path folder) throws IOException, ParserConfigurationException, SAXException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> reports;
    try (Stream<Path> files = Files.list(folder)) {
      reports =
          files
              .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
              .sorted()
              .toList();
    }
    DocumentBuilder reader = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    for (Path report : reports) {
      NodeList cases = reader.parse(report.toFile()).getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        count((Element) cases.item(i));
      }
    }
  }

  private void count(Element test) {
    String type = test.getAttribute("classname");
    String name = type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttribute("name");
    NodeList skips = test.getElementsByTagName("skipped");
    if (test.getElementsByTagName("failure").getLength() > 0
        || test.getElementsByTagName("error").getLength() > 0) {
      failed++;
    } else if (skips.getLength() > 0) {
      skipped++;
      skippedByReason
          .computeIfAbsent(reason((Element) skips.item(0)), r -> new ArrayList<>())
          .add(name);
    } else {
      passed++;
      passedByRoom.merge(room(type), 1, Integer::sum);
    }
  }

  /** The message of the assumption that failed, without the exception's name. */
  private static String reason(Element skip) {
    String message = skip.getAttribute("message").replaceFirst("^[\\w.$]+: ", "");
    return message.isBlank() ? "no reason given" : message;
  }

  private static String room(String type) {
    String rest = type.startsWith(ROOT) ? type.substring(ROOT.length()) : type;
    int dot = rest.indexOf('.');
    return dot < 0 ? "rules" : rest.substring(0, dot);
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    passedByRoom.forEach((room, count) -> text.append("%-12s %5d passed%n".formatted(room, count)));
    text.append("Tests: %d passed, %d failed, %d skipped%n".formatted(passed, failed, skipped));
    skippedByReason.forEach(
        (reason, names) ->
            text.append("Skipped, %s: %s%n".formatted(reason, String.join(", ", names))));
    return text.toString();
  }
}
