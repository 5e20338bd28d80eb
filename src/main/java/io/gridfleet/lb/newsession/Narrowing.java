package io.gridfleet.lb.newsession;

import io.gridfleet.lb.selector.Selector;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What standard capabilities, and those that suites of the GridFleet testkit use, ask of a device
 * beside the selector (AppiumLB's page, "Capabilities"; contracts/gridfleet-api.md §5.5).
 */
final class Narrowing {
  /** Platforms of desktops: a browser seat need not say which one it runs on. */
  private static final Set<String> DESKTOPS = Set.of("linux", "windows", "mac", "macos", "any");

  /** Not versions but channels: any version will do. */
  private static final Set<String> CHANNELS =
      Set.of("", "any", "latest", "stable", "beta", "dev", "canary");

  /** Capabilities of the testkit that must equal the device's attribute of that name. */
  private static final List<String> EXACT = List.of("os_version", "manufacturer", "model", "ip");

  private Narrowing() {}

  /**
   * @param known whether any device has a key
   */
  static Selector of(Capabilities candidate, Predicate<String> known) {
    List<Object> all = new ArrayList<>();
    Optional<String> platform =
        candidate.text("platformName").map(name -> name.toLowerCase(Locale.ROOT));
    platform.filter(name -> !name.equals("any")).ifPresent(name -> all.add(platform(name)));
    boolean app = platform.filter(name -> !DESKTOPS.contains(name)).isPresent();
    if (!app) {
      browser(candidate, all);
    }
    suites(candidate, known, all);
    return all.isEmpty() ? Selector.everything() : Selector.of(Map.of("$all", all));
  }

  private static Object platform(String name) {
    Object equal = equal("platformName", name);
    return DESKTOPS.contains(name) ? either(equal, absent("platformName")) : equal;
  }

  private static void browser(Capabilities candidate, List<Object> all) {
    Optional<String> name = candidate.text("browserName").filter(text -> !text.isBlank());
    name.ifPresent(text -> all.add(equal("browserName", text)));
    candidate
        .text("browserVersion")
        .map(version -> version.strip().toLowerCase(Locale.ROOT))
        .filter(version -> !CHANNELS.contains(version))
        .ifPresent(version -> all.add(Map.of("browserVersion", version)));
  }

  private static void suites(Capabilities candidate, Predicate<String> known, List<Object> all) {
    OurCapabilities.appiumIn(candidate, "platform")
        .ifPresent(value -> all.add(equal("platform_id", value)));
    OurCapabilities.appiumIn(candidate, "device_type")
        .ifPresent(
            value -> all.add(either(equal("device_type", value), equal("device_kind", value))));
    OurCapabilities.appiumIn(candidate, "automationName")
        .filter(value -> known.test("automation_name"))
        .ifPresent(
            value -> all.add(either(equal("automation_name", value), absent("automation_name"))));
    for (String key : EXACT) {
      OurCapabilities.appiumIn(candidate, key).ifPresent(value -> all.add(equal(key, value)));
    }
    Object device = OurCapabilities.valueIn(candidate, "deviceId");
    if (device != null) {
      all.add(equal("id", device));
    }
    OurCapabilities.tagsIn(candidate).forEach((tag, value) -> all.add(equal("tag." + tag, value)));
    OurCapabilities.groupsIn(candidate).forEach(group -> all.add(equal("groups", group)));
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
