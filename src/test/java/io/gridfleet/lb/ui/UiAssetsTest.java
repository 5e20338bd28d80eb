package io.gridfleet.lb.ui;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
  private static final int MAX_COMPRESSED = 60 * 1024;
  private static final int MAX_SEPARATELY = 70 * 1024;
  private static final int MAX_FIRST = 30 * 1024;
  private static final int MAX_STYLE = 8 * 1024;
  private static final Pattern IMPORT = Pattern.compile("(?m)^import[^'\"]*['\"]([^'\"]+)['\"]");
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

  /**
   * Compressed together; each file for itself, which is how a browser gets them, costs a bit more.
   */
  @Test
  void allOfItIsSmall() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int separately = 0;
    for (UiAsset file : new TreeMap<>(assets.files()).values()) {
      all.write(file.content());
      separately += file.gzip().length;
    }
    assertThat(UiAsset.of("", all.toByteArray()).gzip().length)
        .as("bytes compressed together")
        .isLessThan(MAX_COMPRESSED);
    assertThat(separately).as("bytes compressed one by one").isLessThan(MAX_SEPARATELY);
  }

  @Test
  void theFirstScreenNeedsLittle() {
    int first = assets.page().gzip().length;
    for (Map.Entry<String, UiAsset> file : assets.files().entrySet()) {
      if (page.contains(file.getKey() + "\">") || file.getKey().contains("/now.")) {
        first += file.getValue().gzip().length;
      }
    }
    assertThat(first).as("bytes compressed").isBetween(10_000, MAX_FIRST);
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
  void noModuleMakesMarkupOfText() {
    assets
        .files()
        .forEach(
            (address, file) -> {
              if (address.endsWith(".js") && !address.contains("/lib/")) {
                assertThat(text(file))
                    .as(plain(address))
                    .doesNotContain(
                        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
              }
            });
  }
}
