package io.gridfleet.lb.node;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.Map;
import java.util.Optional;

/** A device as an operator writes it, beneath the node that owns it. */
public record DeviceConfig(
    @Key(
            doc = "Names the device for good; its udid, or its node and browser, if absent.",
            example = "bench-3")
        Optional<String> id,
    @Key(
            doc = "What the node knows the device by; goes into appium:udid.",
            example = "00008030-001D")
        Optional<String> udid,
    @Key(doc = "What people call the device.", example = "iPhone 15, bench 3")
        Optional<String> name,
    @Key(doc = "The platform of its sessions: Android, iOS or tvOS.", example = "iOS")
        Optional<String> platformName,
    @Key(doc = "The browser of its sessions, for a browser seat.", example = "chrome")
        Optional<String> browserName,
    @Key(doc = "That browser's version.", example = "156") Optional<String> browserVersion,
    @Key(
            doc = "Anything else that a selector may ask for.",
            example = "{os_version: \"17.4\", geos: [\"Mountain View, US\"]}")
        Map<String, Object> attributes,
    @Key(
            doc = "Labels of your own; a selector asks for tag.team, or team where it is free.",
            example = "{team: checkout}")
        Map<String, String> tags,
    @Key(doc = "Lower is tried first.", fallback = "100") int rank,
    @Key(
            doc = "How many sessions the device takes at once.",
            fallback = "1",
            min = "1",
            max = "1000")
        int slots,
    @Key(
            doc = "Put on every session of this device; wins over the client's.",
            example = "{\"appium:wdaLocalPort\": 8101}")
        Map<String, Object> capabilities,
    @Key(
            doc = "Put on a session unless the client says otherwise.",
            example = "{\"appium:noReset\": true}")
        Map<String, Object> defaultCapabilities)
    implements ValidatedConfig {

  @Override
  public void check(ConstraintErrors complaints) {
    if (platformName.isEmpty() && browserName.isEmpty()) {
      complaints.at("", "needs a 'platformName' or a 'browserName'");
    }
    if (id.isEmpty() && udid.isEmpty() && browserName.isEmpty()) {
      complaints.at("", "needs a 'udid' or an 'id'");
    }
    names("capabilities", capabilities, complaints);
    names("defaultCapabilities", defaultCapabilities, complaints);
  }

  private static void names(String key, Map<String, Object> given, ConstraintErrors complaints) {
    for (String name : given.keySet()) {
      if (!Capabilities.isName(name)) {
        complaints.at(
            key, "has '" + name + "', which needs a prefix; did you mean 'appium:" + name + "'?");
      }
    }
  }

  /** For people: its name beside what identifies it. */
  public String label(String node) {
    String key = key(node);
    return name.filter(text -> !text.equals(key)).map(text -> text + " (" + key + ")").orElse(key);
  }

  /**
   * What names the device in the whole lab: its id, else its udid, else its node and browser.
   *
   * @param node the name of the node that owns it
   */
  public String key(String node) {
    return id.or(() -> udid)
        .orElseGet(
            () ->
                node
                    + "/"
                    + browserName.orElse("device")
                    + browserVersion.map(version -> "-" + version).orElse(""));
  }
}
