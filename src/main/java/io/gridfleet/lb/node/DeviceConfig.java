package io.gridfleet.lb.node;

import io.gridfleet.lb.config.ConstraintErrors;
import io.gridfleet.lb.config.Key;
import io.gridfleet.lb.config.ValidatedConfig;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.Map;
import java.util.Optional;

/** The configuration of a device, within that of its node. */
public record DeviceConfig(
    @Key(
            doc = "The permanent name of the device; its udid, or its node and browser, if absent.",
            example = "bench-3")
        Optional<String> id,
    @Key(doc = "The device's id on its node; sent as appium:udid.", example = "00008030-001D")
        Optional<String> udid,
    @Key(doc = "The device's display name.", example = "iPhone 15, bench 3") Optional<String> name,
    @Key(doc = "The platform of its sessions: Android, iOS or tvOS.", example = "iOS")
        Optional<String> platformName,
    @Key(doc = "The browser of its sessions, for a device that is a browser.", example = "chrome")
        Optional<String> browserName,
    @Key(doc = "That browser's version.", example = "156") Optional<String> browserVersion,
    @Key(
            doc = "Other attributes that a selector may match.",
            example = "{os_version: \"17.4\", geos: [\"Mountain View, US\"]}")
        Map<String, Object> attributes,
    @Key(
            doc =
                "Your own labels; a selector matches tag.team, or team where no attribute has that name.",
            example = "{team: checkout}")
        Map<String, String> tags,
    @Key(doc = "The device's rank; lower is tried first.", fallback = "100") int rank,
    @Key(
            doc = "How many sessions the device takes at once.",
            fallback = "1",
            min = "1",
            max = "1000")
        int slots,
    @Key(
            doc = "Added to every session of this device; overrides the client's.",
            example = "{\"appium:wdaLocalPort\": 8101}")
        Map<String, Object> capabilities,
    @Key(
            doc = "Added to a session unless the client sets them.",
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

  /** Returns the text for messages: its name with its key. */
  public String label(String node) {
    String key = key(node);
    return name.filter(text -> !text.equals(key)).map(text -> text + " (" + key + ")").orElse(key);
  }

  /**
   * Returns the device's unique name in the lab: its id, else its udid, else its node and browser.
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
