package io.gridfleet.lb.documents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;

/** The documents of the repository, as tests look at them. */
final class Pages {
  static final Path SITE = Path.of("src/site/markdown");
  private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");

  private Pages() {}

  /** Every Markdown file that people read. */
  static List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>(List.of(Path.of("README.md"), Path.of("bench/README.md")));
    for (Path folder : List.of(SITE, Path.of(".github"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
      }
    }
    return all;
  }

  static List<Path> site() throws IOException {
    return all().stream().filter(file -> file.startsWith(SITE)).toList();
  }

  private static Node parsed(Path page) throws IOException {
    return Markdown.parsed(Files.readString(page));
  }

  static List<String> links(Path page) throws IOException {
    List<String> links = new ArrayList<>();
    parsed(page)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Link link) {
                links.add(link.getDestination());
                visitChildren(link);
              }

              @Override
              public void visit(Image image) {
                links.add(image.getDestination());
              }
            });
    return links;
  }

  /** What stands between backticks in running text and tables, in its order. */
  static List<String> spans(Path page) throws IOException {
    List<String> spans = new ArrayList<>();
    parsed(page)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(Code code) {
                spans.add(code.getLiteral());
              }
            });
    return spans;
  }

  /** The sources of a page's drawings. */
  static List<String> drawings(Path page) throws IOException {
    List<String> drawings = new ArrayList<>();
    parsed(page)
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(FencedCodeBlock block) {
                if ("mermaid".equals(block.getInfo())) {
                  drawings.add(block.getLiteral());
                }
              }
            });
    return drawings;
  }

  static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher id = ID.matcher(Markdown.of(Files.readString(page)).html());
    while (id.find()) {
      anchors.add(id.group(1));
    }
    return anchors;
  }
}
