package io.gridfleet.lb.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the versions of a node's browsers from its {@code /status}: a Selenium Grid's from the
 * stereotypes of its slots, chromedriver's and msedgedriver's from their own version, which is that
 * of their browser. Appium and geckodriver report none.
 */
final class BrowserVersions {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The limit of a node's own text: longer text is no version. */
  private static final int MAX_CHARACTERS = 64;

  private static final Pattern DRIVER =
      Pattern.compile("(chrome|edge) ?(?:web)?driver", Pattern.CASE_INSENSITIVE);

  private BrowserVersions() {}

  /**
   * Returns the version of each browser that has exactly one.
   *
   * @return by the browser's name in lower case; empty if the body isn't such a status
   */
  static Map<String, String> read(byte[] status) {
    try {
      JsonNode value = JSON.readTree(status).path("value");
      Map<String, Set<String>> found = new HashMap<>();
      for (JsonNode node : value.path("nodes")) {
        for (JsonNode slot : node.path("slots")) {
          JsonNode browser = slot.path("stereotype");
          add(found, browser.path("browserName"), browser.path("browserVersion").asText());
        }
      }
      driver(value, found);
      Map<String, String> single = new HashMap<>();
      found.forEach(
          (name, versions) -> {
            if (versions.size() == 1) {
              single.put(name, versions.iterator().next());
            }
          });
      return Map.copyOf(single);
    } catch (IOException notJson) {
      return Map.of();
    }
  }

  private static void add(Map<String, Set<String>> found, JsonNode name, String version) {
    if (!name.asText().isBlank() && isVersion(version)) {
      String folded = name.asText().toLowerCase(Locale.ROOT);
      found.computeIfAbsent(folded, browser -> new HashSet<>()).add(version);
    }
  }

  /** "ChromeDriver ready for new sessions.", and a build such as "156.0.8078.108 (revision)". */
  private static void driver(JsonNode value, Map<String, Set<String>> found) {
    Matcher driver = DRIVER.matcher(value.path("message").asText());
    String version = value.path("build").path("version").asText().split(" ", 2)[0];
    if (!driver.find() || !isVersion(version)) {
      return;
    }
    Set<String> names =
        driver.group(1).equalsIgnoreCase("chrome")
            ? Set.of("chrome", "chromium", "chrome-headless-shell")
            : Set.of("microsoftedge", "msedge", "edge");
    names.forEach(name -> found.put(name, Set.of(version)));
  }

  private static boolean isVersion(String text) {
    return text.length() <= MAX_CHARACTERS
        && !text.isEmpty()
        && Character.isDigit(text.charAt(0))
        && text.chars().noneMatch(Character::isISOControl);
  }
}
