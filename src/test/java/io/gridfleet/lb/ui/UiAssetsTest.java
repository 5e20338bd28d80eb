package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** The files of the UI: small, with addresses that change with their content, and complete. */
final class UiAssetsTest {
  /** Bytes of the page and all its files, each compressed as it is sent. */
  private static final int MAX_SENT = 60_000;

  private static final int MAX_FIRST = 30 * 1024;
  private static final int MAX_STYLE = 8 * 1024;
  private static final Pattern IMPORT = Pattern.compile("(?m)^import[^'\"]*['\"]([^'\"]+)['\"]");
  private static final Pattern NAMED =
      Pattern.compile("import(?:\\.meta\\.resolve)?\\('([^']+)'\\)");
  private static final Pattern HASHED = Pattern.compile("(.*)\\.[0-9a-f]{16}(\\.[a-z]+)");

  private final UiAssets assets = UiAssets.read();
  private final String page = text(assets.page());

  private static String text(UiAsset asset) {
    return new String(asset.content(), StandardCharsets.UTF_8);
  }

  private String importMap() {
    return page.replaceAll("(?s).*<script type=\"importmap\">(.*?)</script>.*", "$1");
  }

  private JsonNode imports() throws IOException {
    return JsonClient.JSON.readTree(importMap()).path("imports");
  }

  private static String plain(String address) {
    Matcher hashed = HASHED.matcher(address);
    assertThat(hashed.matches()).as(address).isTrue();
    return hashed.group(1) + hashed.group(2);
  }

  @Test
  void allOfItIsSmall() {
    int sent = assets.page().gzip().length;
    for (UiAsset file : assets.files().values()) {
      sent += file.gzip().length;
    }
    assertThat(sent).as("bytes sent for everything").isLessThan(MAX_SENT);
  }

  @Test
  void theFirstScreenNeedsLittle() {
    int first = assets.page().gzip().length;
    for (Map.Entry<String, UiAsset> file : assets.files().entrySet()) {
      if (page.contains(file.getKey() + "\">")) {
        first += file.getValue().gzip().length;
      }
    }
    assertThat(first).as("bytes sent").isBetween(10_000, MAX_FIRST);
  }

  @Test
  void theStyleIsSmall() {
    for (Map.Entry<String, UiAsset> file : assets.files().entrySet()) {
      if (file.getKey().contains("/app.") && file.getKey().endsWith(".css")) {
        assertThat(file.getValue().content().length).as("bytes of style").isLessThan(MAX_STYLE);
      }
    }
  }

  /** So that what a screen shows, and where, is the same in light and in dark. */
  @Test
  void inDarkOnlyColoursDiffer() {
    String style =
        assets.files().entrySet().stream()
            .filter(file -> plain(file.getKey()).endsWith("/app.css"))
            .map(file -> text(file.getValue()))
            .findFirst()
            .orElseThrow();
    Matcher dark =
        Pattern.compile(
                "@media \\(prefers-color-scheme: dark\\) \\{\\s*:root \\{([^{}]*)\\}\\s*\\}")
            .matcher(style);
    assertThat(dark.find()).isTrue();
    assertThat(dark.group(1).replaceAll("--[a-z-]+: #[0-9a-f]{3,8};", "")).isBlank();
    assertThat(style.split("prefers-color-scheme", -1)).hasSize(2);
    assets
        .files()
        .forEach(
            (address, file) -> {
              if (!address.contains("/lib/") && !address.contains("/app.")) {
                assertThat(text(file)).as(plain(address)).doesNotContain("prefers-color-scheme");
              }
            });
  }

  @Test
  void commentsStayInTheSources() {
    assets
        .files()
        .forEach(
            (address, file) -> {
              if (!address.contains("/lib/")) {
                assertThat(text(file))
                    .as(plain(address))
                    .doesNotContain("\n/*")
                    .doesNotStartWith("/*");
              }
            });
  }

  @Test
  void whatIsCompressedIsTheSame() throws IOException {
    for (UiAsset file : assets.files().values()) {
      var gzip = new GZIPInputStream(new ByteArrayInputStream(file.gzip()));
      assertThat(gzip.readAllBytes()).isEqualTo(file.content());
    }
  }

  @Test
  void everyImportIsInTheImportMapAndEveryAddressOfItIsServed() throws IOException {
    List<String> missing = new ArrayList<>();
    JsonNode imports = imports();
    for (Map.Entry<String, UiAsset> file : assets.files().entrySet()) {
      Matcher imported = IMPORT.matcher(text(file.getValue()));
      while (file.getKey().endsWith(".js") && imported.find()) {
        String name = imported.group(1);
        String resolved =
            name.startsWith(".") ? URI.create(file.getKey()).resolve(name).toString() : name;
        if (!imports.has(resolved)) {
          missing.add(file.getKey() + " imports " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
    for (UiAsset file : assets.files().values()) {
      Matcher named = NAMED.matcher(text(file));
      while (named.find()) {
        assertThat(imports.has(named.group(1))).as(named.group(1)).isTrue();
      }
    }
    imports.forEach(address -> assertThat(assets.find(address.asText())).isPresent());
    assertThat(imports.size()).isGreaterThan(20);
  }

  @Test
  void eachScreenOfTheTableHasItsModule() throws IOException {
    String table =
        text(assets.find(imports().path("/ui/assets/screens.js").asText()).orElseThrow());
    Matcher names = Pattern.compile("\\{ name: '([a-z-]+)', path: '([a-z]*)").matcher(table);
    int screens = 0;
    while (names.find()) {
      screens++;
      assertThat(imports().has("/ui/assets/screens/" + names.group(1) + ".js"))
          .as(names.group(1))
          .isTrue();
      assertThat(UiAssets.hasScreen("/ui/" + names.group(2))).as(names.group(2)).isTrue();
    }
    assertThat(screens).isGreaterThan(10);
    assertThat(UiAssets.hasScreen("/ui/nothing")).isFalse();
  }

  @Test
  void thePolicyAllowsTheImportMapAndNoOtherScript() {
    String hash =
        Base64.getEncoder()
            .encodeToString(UiAsset.sha256(importMap().getBytes(StandardCharsets.UTF_8)));
    assertThat(assets.policy())
        .isEqualTo(
            "default-src 'self'; script-src 'self' 'sha256-"
                + hash
                + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    assertThat(page).doesNotContain("{{", "style=", "onload", "javascript:");
    assertThat(Pattern.compile("<script(?![^>]*(importmap|src=))").matcher(page).find()).isFalse();
  }

  @Test
  void noModuleMakesMarkupOfText() throws IOException {
    for (Map.Entry<String, String> module : modules().entrySet()) {
      assertThat(module.getValue())
          .as(module.getKey())
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    }
  }

  /**
   * Indentation and comments of own lines are taken away from modules without reading them as
   * JavaScript does: that changes nothing where a template of several lines is markup for htm,
   * which ignores white space around a line's end, and where no line of it begins as a comment
   * does.
   */
  @Test
  void templatesOfSeveralLinesAreMarkup() throws IOException {
    for (Map.Entry<String, String> module : modules().entrySet()) {
      List<String> wrong = UiTemplates.ofSeveralLinesThatAreNotMarkup(module.getValue());
      assertThat(wrong).as(module.getKey()).isEmpty();
    }
    assertThat(UiTemplates.ofSeveralLinesThatAreNotMarkup("f(html`a\n${`b\nc`}`)"))
        .containsExactly("b\nc");
    assertThat(UiTemplates.ofSeveralLinesThatAreNotMarkup("html`a\n  // b\n${1}`"))
        .containsExactly("a\n  // b\n");
  }

  /** Our modules as they are written, by name. */
  private Map<String, String> modules() throws IOException {
    Map<String, String> modules = new TreeMap<>();
    for (String name : (Iterable<String>) imports()::fieldNames) {
      String file = name.replace(UiAssets.FOLDER, "");
      if (!file.equals(name) && file.endsWith(".js")) {
        try (InputStream in = UiAssets.class.getResourceAsStream(file)) {
          modules.put(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
      }
    }
    assertThat(modules).hasSizeGreaterThan(15).containsKeys("app.js", "screens/devices.js");
    return modules;
  }
}
