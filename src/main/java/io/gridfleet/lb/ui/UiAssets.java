package io.gridfleet.lb.ui;

import io.gridfleet.lb.webdriver.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The files of the UI. A file's address has a hash of its content, so that browsers may keep it;
 * modules import each other by plain names, which the import map of the page translates.
 */
public final class UiAssets {
  /** Where the files are served. */
  public static final String FOLDER = "/ui/assets/";

  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SVG = "image/svg+xml";
  private static final String HTML = "text/html; charset=utf-8";

  private static final Pattern INDENTATION = Pattern.compile("(?m)^[ \\t]+");
  private static final Pattern COMMENT = Pattern.compile("(?m)^(/\\*[\\s\\S]*?\\*/|//.*)\\n");

  /** A file of a library. */
  private record LibraryFile(String name, String resource, String importedAs, String behind) {}

  /** Versions are those of the pom. */
  private static final List<LibraryFile> LIBRARIES =
      List.of(
          new LibraryFile(
              "lib/preact.js", "webjars/preact/10.28.0/dist/preact.module.js", "preact", ""),
          new LibraryFile(
              "lib/hooks.js",
              "webjars/preact/10.28.0/hooks/dist/hooks.module.js",
              "preact/hooks",
              ""),
          new LibraryFile("lib/htm.js", "_static/htm/3.1.1/dist/htm.module.js", "htm", ""),
          // A script that declares a variable: half as large as the module, which isn't minified.
          new LibraryFile(
              "lib/uplot.js",
              "webjars/uplot/1.6.30/dist/uPlot.iife.min.js",
              "uplot",
              "\nexport default uPlot;\n"),
          new LibraryFile("lib/uplot.css", "webjars/uplot/1.6.30/dist/uPlot.min.css", "", ""));

  private static final List<String> OWN =
      List.of(
          "app.js",
          "parts.js",
          "api.js",
          "live.js",
          "screens.js",
          "words.js",
          "app.css",
          "icon.svg");

  /** The modules of {@code screens/}, each loaded when it is first shown. */
  private static final List<String> SCREENS =
      List.of(
          "now",
          "devices",
          "device",
          "queue",
          "requests",
          "request",
          "sessions",
          "session",
          "runs",
          "run",
          "selector",
          "usage",
          "sign-in");

  /** What each screen needs: requested with the page, not one after the other. */
  private static final List<String> FIRST =
      List.of(
          "parts.js",
          "api.js",
          "live.js",
          "screens.js",
          "lib/preact.js",
          "lib/hooks.js",
          "lib/htm.js");

  private final Map<String, UiAsset> byAddress;
  private final UiAsset page;
  private final String policy;

  private UiAssets(Map<String, UiAsset> byAddress, UiAsset page, String policy) {
    this.byAddress = byAddress;
    this.page = page;
    this.policy = policy;
  }

  /** Reads and compresses all files; takes some ten milliseconds. */
  public static UiAssets read() {
    Map<String, UiAsset> files = new LinkedHashMap<>();
    OWN.forEach(name -> files.put(name, own(name)));
    SCREENS.forEach(name -> files.put("screens/" + name + ".js", own("screens/" + name + ".js")));
    LIBRARIES.forEach(file -> files.put(file.name(), library(file)));
    Map<String, String> imports = new LinkedHashMap<>();
    Map<String, UiAsset> byAddress = new HashMap<>();
    files.forEach(
        (name, asset) -> {
          imports.put(FOLDER + name, address(name, asset));
          byAddress.put(address(name, asset), asset);
        });
    for (LibraryFile file : LIBRARIES) {
      if (!file.importedAs().isEmpty()) {
        imports.put(file.importedAs(), imports.get(FOLDER + file.name()));
      }
    }
    String importMap = Json.text(Map.of("imports", imports));
    return new UiAssets(Map.copyOf(byAddress), page(imports, importMap), policy(importMap));
  }

  private static String address(String name, UiAsset asset) {
    int dot = name.lastIndexOf('.');
    return FOLDER + name.substring(0, dot) + "." + asset.hash() + name.substring(dot);
  }

  private static UiAsset page(Map<String, String> imports, String importMap) {
    StringBuilder preloads = new StringBuilder();
    for (String name : FIRST) {
      preloads
          .append("<link rel=\"modulepreload\" href=\"")
          .append(imports.get(FOLDER + name))
          .append("\">\n");
    }
    String html =
        text(resource("index.html"))
            .replace("{{importmap}}", importMap)
            .replace("{{preloads}}", preloads);
    for (String name : OWN) {
      html = html.replace("{{" + name + "}}", imports.get(FOLDER + name));
    }
    return UiAsset.of(HTML, html.getBytes(StandardCharsets.UTF_8));
  }

  /** The import map is the only script in the page itself. */
  private static String policy(String importMap) {
    byte[] digest = UiAsset.sha256(importMap.getBytes(StandardCharsets.UTF_8));
    return "default-src 'self'; script-src 'self' 'sha256-"
        + Base64.getEncoder().encodeToString(digest)
        + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
  }

  /**
   * Our file without what is for those who read the sources: indentation, comments of own lines.
   */
  private static UiAsset own(String name) {
    String shifted = INDENTATION.matcher(text(resource(name))).replaceAll("");
    String text = COMMENT.matcher(shifted).replaceAll("");
    return UiAsset.of(type(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static String type(String name) {
    return name.endsWith(".js") ? JAVASCRIPT : name.endsWith(".css") ? CSS : SVG;
  }

  /** The library's file without the reference to its source map, which isn't served. */
  private static UiAsset library(LibraryFile file) {
    String text =
        text(resource("/META-INF/resources/" + file.resource()))
            .replaceAll("(?m)^//# sourceMappingURL=.*$", "");
    byte[] content = (text.strip() + file.behind()).getBytes(StandardCharsets.UTF_8);
    return UiAsset.of(type(file.name()), content);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] resource(String name) {
    try (InputStream in = UiAssets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program has no file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The page, the same for each address below {@code /ui}. */
  public UiAsset page() {
    return page;
  }

  /** The page's {@code Content-Security-Policy}. */
  public String policy() {
    return policy;
  }

  /**
   * Returns a file by its address.
   *
   * @param path with {@link #FOLDER} and hash
   */
  public Optional<UiAsset> find(String path) {
    return Optional.ofNullable(byAddress.get(path));
  }

  /** The files by address. */
  public Map<String, UiAsset> files() {
    return byAddress;
  }

  /** Whether the page has a screen at a path below {@code /ui}, as far as its first name says. */
  public static boolean hasScreen(String path) {
    String[] names = path.split("/", -1);
    return names.length < 3 || names[2].isEmpty() || SCREENS.contains(names[2]);
  }
}
