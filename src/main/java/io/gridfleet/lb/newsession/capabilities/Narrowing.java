package io.gridfleet.lb.newsession.capabilities;

import io.gridfleet.lb.newsession.Refusals;
import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.selector.SelectorException;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Translates standard capabilities, and those of the GridFleet testkit, to a selector
 * (capabilities.md). Without a selector, name or run, vendors' prefixes count too: {@code
 * goog:chromeOptions} selects a Chrome, {@code appium:app} a device of Appium.
 */
final class Narrowing {
  /** Platforms of desktops: a browser need not declare the one it runs on. */
  private static final Set<String> DESKTOPS = Set.of("linux", "windows", "mac", "macos", "any");

  /** Channels, which match any version. */
  private static final Set<String> CHANNELS =
      Set.of("", "any", "latest", "stable", "beta", "dev", "canary");

  /** Capabilities of the testkit that must equal the device's attribute of that name. */
  private static final List<String> EXACT = List.of("os_version", "manufacturer", "model", "ip");

  /** The browser names that devices may use, by vendor prefix. */
  private static final Map<String, List<String>> BROWSERS_OF_VENDORS =
      Map.of(
          "goog:", List.of("chrome", "chromium", "google chrome", "chrome-headless-shell"),
          "moz:", List.of("firefox"),
          "ms:edge", List.of("microsoftedge", "microsoft edge", "msedge", "edge"),
          "safari:", List.of("safari", "safari technology preview"));

  /** Appium names that apply to every kind of device, in lower case. */
  private static final Set<String> FOR_ALL = Set.of("appium:newcommandtimeout", "appium:udid");

  private final List<String> names = new ArrayList<>();
  private final List<Object> terms = new ArrayList<>();

  private Narrowing() {}

  /**
   * @param known whether any device has a key
   * @param selected whether a selector, a name or a run selects the device already
   * @throws ProtocolException naming the capability that can't be translated
   */
  static Selector of(Capabilities candidate, Predicate<String> known, boolean selected) {
    Narrowing narrowing = new Narrowing();
    narrowing.standard(candidate);
    narrowing.suites(candidate, known);
    if (!selected) {
      narrowing.vendors(candidate);
    }
    return narrowing.selector();
  }

  private Selector selector() {
    if (terms.isEmpty()) {
      return Selector.everything();
    }
    try {
      return Selector.of(Map.of("$all", terms));
    } catch (SelectorException unreadable) {
      throw blamed(unreadable);
    }
  }

  /**
   * Returns an error that names the invalid capability; all of them if they are too much together.
   */
  private ProtocolException blamed(SelectorException together) {
    for (int i = 0; i < terms.size(); i++) {
      try {
        Selector.of(terms.get(i));
      } catch (SelectorException alone) {
        return ProtocolException.invalidArgument(
            "No device can be asked for the capability '%s': expected %s"
                .formatted(Refusals.shown(names.get(i)), alone.expected()));
      }
    }
    return ProtocolException.invalidArgument(
        "No device can be asked for all of the %d capabilities %s together: expected %s"
            .formatted(
                names.size(), Refusals.shown(String.join(", ", names)), together.expected()));
  }

  private void add(String name, Object term) {
    names.add(name);
    terms.add(term);
  }

  private void standard(Capabilities candidate) {
    Optional<String> platform =
        candidate.text("platformName").map(name -> name.toLowerCase(Locale.ROOT));
    platform
        .filter(name -> !name.equals("any"))
        .ifPresent(name -> add("platformName", platform(name)));
    if (platform.filter(name -> !DESKTOPS.contains(name)).isEmpty()) {
      browser(candidate);
    }
  }

  private static Object platform(String name) {
    Object equal = equal("platformName", name);
    return DESKTOPS.contains(name) ? either(equal, absent("platformName")) : equal;
  }

  private void browser(Capabilities candidate) {
    candidate
        .text("browserName")
        .filter(text -> !text.isBlank())
        .ifPresent(text -> add("browserName", equal("browserName", text)));
    candidate
        .text("browserVersion")
        .map(version -> version.strip().toLowerCase(Locale.ROOT))
        .filter(version -> !CHANNELS.contains(version))
        .ifPresent(version -> add("browserVersion", Map.of("browserVersion", version)));
  }

  private void suites(Capabilities candidate, Predicate<String> known) {
    GridfleetCapabilities.appiumIn(candidate, "platform")
        .ifPresent(value -> add("appium:platform", equal("platform_id", value)));
    GridfleetCapabilities.appiumIn(candidate, "device_type")
        .ifPresent(
            value ->
                add(
                    "appium:device_type",
                    either(equal("device_type", value), equal("device_kind", value))));
    GridfleetCapabilities.appiumIn(candidate, "automationName")
        .filter(value -> known.test("automation_name"))
        .ifPresent(
            value ->
                add(
                    "appium:automationName",
                    either(equal("automation_name", value), absent("automation_name"))));
    for (String key : EXACT) {
      GridfleetCapabilities.appiumIn(candidate, key)
          .ifPresent(value -> add("appium:" + key, equal(key, value)));
    }
    Object device = GridfleetCapabilities.valueIn(candidate, "deviceId");
    if (device != null) {
      add("gridfleet:deviceId", equal("id", device));
    }
    GridfleetCapabilities.tagsIn(candidate)
        .forEach((tag, value) -> add("gridfleet:tag:" + tag, equal("tag." + tag, value)));
    GridfleetCapabilities.groupsIn(candidate)
        .forEach(group -> add("gridfleet:group:" + group, equal("groups", group)));
  }

  /** Adds the hints of vendors' prefixes, if at most a desktop's platform was requested. */
  private void vendors(Capabilities candidate) {
    if (names.stream().anyMatch(name -> !name.equals("platformName"))
        || candidate.text("platformName").filter(Narrowing::isApp).isPresent()) {
      return;
    }
    if (candidate.names().stream().anyMatch(Narrowing::isForAppium)) {
      add("appium:*", either(absent("browserName"), appPlatform()));
      return;
    }
    List<Object> hints = new ArrayList<>();
    for (String name : candidate.names()) {
      BROWSERS_OF_VENDORS.forEach(
          (vendor, browsers) -> {
            if (name.regionMatches(true, 0, vendor, 0, vendor.length())) {
              browsers.forEach(browser -> hints.add(equal("browserName", browser)));
            }
          });
    }
    if (!hints.isEmpty()) {
      add("browserName", Map.of("$any", hints.stream().distinct().toList()));
    }
  }

  private static boolean isApp(String platform) {
    return !platform.isBlank() && !DESKTOPS.contains(platform.toLowerCase(Locale.ROOT));
  }

  private static boolean isForAppium(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith("appium:")
        && GridfleetCapabilities.ours(name) == null
        && !FOR_ALL.contains(lower);
  }

  private static Object appPlatform() {
    List<Object> all = new ArrayList<>();
    all.add(Map.of("platformName", Map.of("exists", true)));
    DESKTOPS.stream()
        .sorted()
        .forEach(desktop -> all.add(Map.of("$not", equal("platformName", desktop))));
    return Map.of("$all", all);
  }

  private static Object equal(String key, Object value) {
    return Map.of(key, Map.of("eq", value));
  }

  private static Object absent(String key) {
    return Map.of(key, Map.of("exists", false));
  }

  private static Object either(Object one, Object other) {
    return Map.of("$any", List.of(one, other));
  }
}
