package io.gridfleet.lb.history;

import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.Json;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The capabilities of a request as they may be kept. Any capability may hold a secret, under any
 * name, so only the values of well-known names and {@code true} and {@code false} are shown; of all
 * others the name is. The values that aren't shown are also removed from texts that may repeat
 * them.
 */
public final class RecordedCapabilities {
  /** Stands for a value that isn't kept. */
  public static final String NOT_RECORDED = "(not recorded)";

  /** Names whose values choose a device, a driver or an app; without {@code appium:}. */
  private static final Set<String> SHOWN =
      Set.of(
          "browsername",
          "browserversion",
          "platformname",
          "platformversion",
          "acceptinsecurecerts",
          "pageloadstrategy",
          "unhandledpromptbehavior",
          "websocketurl",
          "automationname",
          "devicename",
          "udid",
          "app",
          "apppackage",
          "appactivity",
          "bundleid",
          "language",
          "locale",
          "orientation",
          "newcommandtimeout",
          "gridfleet:selector",
          "gridfleet:waitfordeviceonlinetimeout",
          "gridfleet:newcommandtimeout",
          "gridfleet:requesttimeout",
          "gridfleet:newsessionrequestprogress",
          "gridfleet:retrynewsessionfailure",
          "gridfleet:devicestrategy",
          "gridfleet:ignorefaileddevices",
          "gridfleet:ignorefaileddevice",
          "gridfleet:skipvendorprefixdirectconnect",
          "gridfleet:directconnect",
          "gridfleet:priority",
          "gridfleet:testname",
          "gridfleet:run_id",
          "gridfleet:deviceid");

  private static final List<String> SHOWN_PREFIXES = List.of("gridfleet:tag:", "gridfleet:group:");

  /** Stands for the rest of a text that was cut. */
  private static final String CUT = "…";

  private static final String APPIUM = "appium:";
  private static final String APPIUM_OPTIONS = "appium:options";

  private static final int MAX_CANDIDATES = 64;
  private static final int MAX_NAMES = 100;
  private static final int MAX_TEXT = 200;
  private static final int MAX_SELECTOR = 2_048;
  private static final int MAX_CHARACTERS = 8_192;

  /** Shorter values are parts of ordinary words. */
  private static final int MIN_HIDDEN = 4;

  /** Values to look for: with more of them, nothing of a text is kept. */
  private static final int MAX_HIDDEN = 200;

  private static final Set<String> PLAIN = Set.of("null", "true", "false");

  private final List<Map<String, Object>> shown = new ArrayList<>();
  private final List<String> hidden = new ArrayList<>();
  private int characters;

  private RecordedCapabilities() {}

  public static RecordedCapabilities of(List<Capabilities> candidates) {
    RecordedCapabilities recorded = new RecordedCapabilities();
    int most = Math.min(candidates.size(), MAX_CANDIDATES);
    for (Capabilities candidate : candidates.subList(0, most)) {
      recorded.shown.add(recorded.members(candidate.asMap()));
    }
    if (recorded.hidden.size() > 1) {
      recorded.hidden.sort(Comparator.comparing(String::length).reversed());
    }
    return recorded;
  }

  /**
   * Returns a text of a node about a request, without the request's values that aren't shown.
   *
   * @param most the most characters
   */
  public static String withoutSecrets(List<Capabilities> candidates, String text, int most) {
    return of(candidates).withoutSecrets(text, most);
  }

  /** Returns the candidates. */
  public List<Map<String, Object>> shown() {
    return shown;
  }

  /** Returns the approximate number of characters of the candidates. */
  public int characters() {
    return characters;
  }

  /**
   * Returns a text of a node, without the values that aren't shown, and bounded; nothing of it if
   * these are too many to look for.
   */
  public String withoutSecrets(String text, int most) {
    if (hidden.size() >= MAX_HIDDEN) {
      return NOT_RECORDED;
    }
    boolean whole = text.length() <= 2 * most && !text.endsWith(CUT);
    String read = whole ? text : cut(text, 2 * most);
    for (String value : hidden) {
      read = read.replace(value, NOT_RECORDED);
      read = whole ? read : withoutBeginning(read, value);
    }
    return cut(read, most);
  }

  /** Returns a text that was cut without the beginning of a value at its end. */
  private static String withoutBeginning(String text, String value) {
    int end = text.length() - CUT.length();
    for (int at = Math.max(0, end - value.length() + 1); at <= end - MIN_HIDDEN; at++) {
      if (value.regionMatches(0, text, at, end - at)) {
        return text.substring(0, at) + NOT_RECORDED + CUT;
      }
    }
    return text;
  }

  private Map<String, Object> members(Map<String, Object> candidate) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (Map.Entry<String, Object> each : candidate.entrySet()) {
      String name = cut(each.getKey(), MAX_TEXT);
      if (members.size() == MAX_NAMES || characters + name.length() > MAX_CHARACTERS) {
        hide(each.getValue());
      } else {
        Object value = value(each.getKey(), each.getValue());
        members.put(name, value);
        characters += name.length() + 8 + String.valueOf(value).length();
      }
    }
    return members;
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private Object value(String name, Object value) {
    if (name.equalsIgnoreCase(APPIUM_OPTIONS) && value instanceof Map<?, ?> options) {
      return members((Map<String, Object>) options);
    }
    if (value instanceof Boolean || (isShown(name) && value instanceof Number)) {
      return value;
    }
    if (isShown(name) && value instanceof String text) {
      return text(text);
    }
    if (bare(name).equals("gridfleet:selector")) {
      String text = Json.text(value);
      return text.length() <= MAX_SELECTOR ? value : cut(text, MAX_SELECTOR);
    }
    hide(value);
    return NOT_RECORDED;
  }

  private static boolean isShown(String name) {
    String bare = bare(name);
    if (SHOWN.contains(bare)) {
      return true;
    }
    for (String prefix : SHOWN_PREFIXES) {
      if (bare.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  private static String bare(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith(APPIUM) ? lower.substring(APPIUM.length()) : lower;
  }

  /** Of an address, user, password, query and fragment may be secrets. */
  private String text(String text) {
    if (!text.contains("://")) {
      return cut(text, MAX_SELECTOR);
    }
    try {
      URI url = new URI(text);
      String host = url.getHost() == null ? "" : url.getHost();
      String port = url.getPort() < 0 ? "" : ":" + url.getPort();
      String path = url.getRawPath() == null ? "" : url.getRawPath();
      String kept = url.getScheme() + "://" + host + port + path;
      if (!kept.equals(text)) {
        hide(text);
        hide(String.valueOf(url.getRawUserInfo()));
        hide(String.valueOf(url.getRawQuery()));
      }
      return cut(kept, MAX_TEXT);
    } catch (URISyntaxException notAnAddress) {
      hide(text);
      return NOT_RECORDED;
    }
  }

  private void hide(Object value) {
    if (hidden.size() >= MAX_HIDDEN) {
      return;
    }
    if (value instanceof Map<?, ?> members) {
      members.values().forEach(this::hide);
    } else if (value instanceof List<?> list) {
      list.forEach(this::hide);
    } else {
      String text = String.valueOf(value);
      if (text.length() >= MIN_HIDDEN && !PLAIN.contains(text)) {
        hidden.add(text);
        escaped(text).ifPresent(hidden::add);
      }
    }
  }

  /** Returns the form of a text in JSON, which nodes repeat, too; empty if it is the same. */
  private static Optional<String> escaped(String text) {
    String quoted = Json.text(text);
    String inner = quoted.substring(1, quoted.length() - 1);
    return inner.equals(text) ? Optional.empty() : Optional.of(inner);
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most - 1) + CUT : text;
  }
}
