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
 * The files of the UI. A file's address has a hash of its content, so that browsers may keep it.
 * The modules are sent in two files (see {@link UiBundle}) under the names that the page's import
 * map translates.
 */
public final class UiAssets {
  /** Where the files are served. */
  public static final String FOLDER = "/ui/assets/";

  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";
  private static final String CSS = "text/css; charset=utf-8";
  private static final String SVG = "image/svg+xml";
  private static final String HTML = "text/html; charset=utf-8";

  private static final String FIRST_FILE = "app.js";
  private static final String LATER_FILE = "more.js";
  private static final String CHARTS_FILE = "lib/uplot.js";

  private static final Pattern INDENTATION = Pattern.compile("(?m)^\\s+");
  private static final Pattern COMMENT = Pattern.compile("(?m)^(/\\*[\\s\\S]*?\\*/|//.*)\\n");

  /** A library's file: versions are those of the pom. */
  private record LibraryFile(String name, String resource) {}

  /** What each screen needs, in the order in which they import each other. */
  private static final List<LibraryFile> FIRST_LIBRARIES =
      List.of(
          new LibraryFile("preact", "webjars/preact/10.28.0/dist/preact.module.js"),
          new LibraryFile("preact/hooks", "webjars/preact/10.28.0/hooks/dist/hooks.module.js"),
          new LibraryFile("htm", "_static/htm/3.1.1/dist/htm.module.js"));

  /** A script that declares a variable: half as large as the module, which isn't minified. */
  private static final LibraryFile CHARTS =
      new LibraryFile("uplot", "webjars/uplot/1.6.30/dist/uPlot.iife.min.js");

  private static final LibraryFile CHARTS_STYLE =
      new LibraryFile("lib/uplot.css", "webjars/uplot/1.6.30/dist/uPlot.min.css");

  /**
   * The page's first file: the shell, and the screens that people see first. It begins the rest.
   */
  private static final List<String> FIRST =
      List.of(
          "api.js",
          "live.js",
          "parts.js",
          "screens.js",
          "words.js",
          "screens/now.js",
          "screens/sign-in.js",
          "app.js");

  /** The other modules of {@code screens/}, loaded when the first of them is shown. */
  private static final List<String> LATER =
      List.of(
          "screens/devices.js",
          "screens/device.js",
          "screens/queue.js",
          "screens/requests.js",
          "screens/request.js",
          "screens/session.js",
          "screens/sessions.js",
          "screens/runs.js",
          "screens/run.js",
          "screens/selector.js",
          "screens/usage.js");

  private final Map<String, UiAsset> byAddress;
  private final UiAsset page;
  private final String policy;

  private UiAssets(Map<String, UiAsset> byAddress, UiAsset page, String policy) {
    this.byAddress = byAddress;
    this.page = page;
    this.policy = policy;
  }

  /** Reads, joins and compresses all files; takes some ten milliseconds. */
  public static UiAssets read() {
    Map<String, UiAsset> files = new LinkedHashMap<>();
    UiBundle first = UiBundle.first();
    FIRST_LIBRARIES.forEach(file -> first.add(file.name(), library(file)));
    FIRST.forEach(name -> first.add(name, own(name)));
    files.put(FIRST_FILE, asset(JAVASCRIPT, first.text()));
    UiBundle later = first.next(FOLDER + FIRST_FILE);
    LATER.forEach(name -> later.add(name, own(name)));
    files.put(LATER_FILE, asset(JAVASCRIPT, later.text()));
    files.put(CHARTS_FILE, asset(JAVASCRIPT, library(CHARTS) + "\nexport default uPlot;\n"));
    files.put(CHARTS_STYLE.name(), asset(CSS, library(CHARTS_STYLE)));
    files.put("app.css", asset(CSS, own("app.css")));
    files.put("icon.svg", asset(SVG, own("icon.svg")));
    Map<String, UiAsset> byAddress = new HashMap<>();
    files.forEach((name, asset) -> byAddress.put(address(name, asset), asset));
    Map<String, String> addresses = new HashMap<>();
    files.forEach((name, asset) -> addresses.put(name, address(name, asset)));
    String importMap = Json.text(Map.of("imports", imports(addresses)));
    return new UiAssets(Map.copyOf(byAddress), page(addresses, importMap), policy(importMap));
  }

  /** Each module by its plain name, and the addresses of the files that have them. */
  private static Map<String, String> imports(Map<String, String> addresses) {
    Map<String, String> imports = new LinkedHashMap<>();
    FIRST.forEach(name -> imports.put(FOLDER + name, addresses.get(FIRST_FILE)));
    LATER.forEach(name -> imports.put(FOLDER + name, addresses.get(LATER_FILE)));
    imports.put(CHARTS.name(), addresses.get(CHARTS_FILE));
    imports.put(FOLDER + CHARTS_STYLE.name(), addresses.get(CHARTS_STYLE.name()));
    return imports;
  }

  private static String address(String name, UiAsset asset) {
    int dot = name.lastIndexOf('.');
    return FOLDER + name.substring(0, dot) + "." + asset.hash() + name.substring(dot);
  }

  private static UiAsset page(Map<String, String> addresses, String importMap) {
    String html = text(resource("index.html")).replace("{{importmap}}", importMap);
    for (Map.Entry<String, String> file : addresses.entrySet()) {
      html = html.replace("{{" + file.getKey() + "}}", file.getValue());
    }
    return asset(HTML, html);
  }

  private static UiAsset asset(String type, String text) {
    return UiAsset.of(type, text.getBytes(StandardCharsets.UTF_8));
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
  private static String own(String name) {
    String shifted = INDENTATION.matcher(text(resource(name))).replaceAll("");
    return COMMENT.matcher(shifted).replaceAll("");
  }

  /** The library's file without the reference to its source map, which isn't served. */
  private static String library(LibraryFile file) {
    return text(resource("/META-INF/resources/" + file.resource()))
        .replaceAll("(?m)^//# sourceMappingURL=.*$", "")
        .strip();
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
    return names.length < 3 || names[2].isEmpty() || isModule("screens/" + names[2] + ".js");
  }

  private static boolean isModule(String name) {
    return FIRST.contains(name) || LATER.contains(name);
  }
}
