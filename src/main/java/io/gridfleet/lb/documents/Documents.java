package io.gridfleet.lb.documents;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything below {@code /docs}: the pages that are linked from the index, directly or not, each
 * as HTML and, with {@code .md} after its name, as Markdown.
 */
public final class Documents {
  static final String INDEX = "index";
  private static final String STYLE = "style.css";

  private final Map<String, ServedDocument> byName;

  private Documents(Map<String, ServedDocument> byName) {
    this.byName = byName;
  }

  /** Reads and renders all pages; takes some hundred milliseconds in a new process. */
  public static Documents read() {
    Map<String, Markdown> pages = new LinkedHashMap<>();
    Map<String, ServedDocument> byName = new HashMap<>();
    Deque<String> toRead = new ArrayDeque<>();
    toRead.add(INDEX);
    while (!toRead.isEmpty()) {
      String name = toRead.remove();
      if (!pages.containsKey(name)) {
        String text = resource("pages/" + name + ".md");
        Markdown page = Markdown.of(text);
        pages.put(name, page);
        byName.put(name + ".md", ServedDocument.of(ServedDocument.MARKDOWN, text));
        page.files()
            .forEach(
                file ->
                    byName.put(
                        file, ServedDocument.of(ServedDocument.TEXT, resource("pages/" + file))));
        toRead.addAll(page.pages());
      }
    }
    Map<String, String> titles = new LinkedHashMap<>();
    pages.forEach((name, page) -> titles.put(name, page.title()));
    PageLayout layout = PageLayout.of(resource("page.html"), titles);
    pages.forEach(
        (name, page) ->
            byName.put(
                name,
                ServedDocument.of(ServedDocument.HTML, layout.page(page.title(), page.html()))));
    byName.put(STYLE, ServedDocument.of(ServedDocument.CSS, resource(STYLE)));
    return new Documents(Map.copyOf(byName));
  }

  /**
   * A document by its path.
   *
   * @param path below {@code /docs}, without the slash; empty for the index
   */
  public Optional<ServedDocument> find(String path) {
    return Optional.ofNullable(byName.get(path.isEmpty() ? INDEX : path));
  }

  private static String resource(String name) {
    try (InputStream in = Documents.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program has no file " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
