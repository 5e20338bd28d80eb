package io.gridfleet.lb.newsession.capabilities;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.webdriver.Capabilities;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The capabilities sent to a node: the client's candidates that fit the chosen device, without
 * {@code gridfleet:} capabilities, and with the identity and the settings of the device
 * (capabilities.md#what-the-node-receives). The node matches them in their order, as the W3C
 * specification says.
 */
public final class OutgoingCapabilities {
  private static final String APPIUM = "appium:";
  private static final String OPTIONS = "appium:options";
  private static final String UDID = "appium:udid";
  private static final String DEVICE_NAME = "appium:deviceName";
  private static final String BROWSER_NAME = "browserName";

  /**
   * Drivers that refuse a session without {@code appium:deviceName} (appium-tizen-tv-driver,
   * appium-lg-webos-driver), by automation name and by platform name, in lower case.
   */
  private static final Set<String> NEED_DEVICE_NAME = Set.of("tizentv", "webos", "lgtv");

  /**
   * Further capabilities that aren't forwarded, in lower case. The last one contains this server's
   * address with the client's token.
   */
  private static final Set<String> OURS =
      Set.of("appium:platform", "appium:device_type", "se:remoteurl");

  private OutgoingCapabilities() {}

  /**
   * Returns the body of New Session for a node; members other than capabilities are forwarded.
   *
   * @param candidates those of the payload's candidates that fit the device, in their order
   */
  public static byte[] body(
      NewSessionPayload payload, List<Capabilities> candidates, Device device) {
    return payload.bodyFor(
        candidates.stream().map(candidate -> merged(candidate, device)).toList());
  }

  static Map<String, Object> merged(Capabilities candidate, Device device) {
    Map<String, Object> merged = stripped(candidate, device.node().forwardedCapabilities());
    device.defaultCapabilities().asMap().forEach((name, value) -> under(merged, name, value));
    identity(merged, device);
    device.capabilities().asMap().forEach((name, value) -> over(merged, name, value));
    return merged;
  }

  private static Map<String, Object> stripped(Capabilities candidate, Set<String> forwarded) {
    Map<String, Object> kept = new LinkedHashMap<>();
    candidate
        .asMap()
        .forEach(
            (name, value) -> {
              if (name.equalsIgnoreCase(OPTIONS) && value instanceof Map<?, ?> options) {
                kept.put(name, options(options, forwarded));
              } else if (passes(name, forwarded)) {
                kept.put(name, value);
              }
            });
    return kept;
  }

  /** Filters a member {@code x} of Appium's options as {@code appium:x}. */
  private static Map<String, Object> options(Map<?, ?> options, Set<String> forwarded) {
    Map<String, Object> kept = new LinkedHashMap<>();
    options.forEach(
        (key, value) -> {
          String name = key.toString();
          if (value != null && passes(name.contains(":") ? name : APPIUM + name, forwarded)) {
            kept.put(name, value);
          }
        });
    return kept;
  }

  private static boolean passes(String name, Set<String> forwarded) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean ours =
        OURS.contains(lower)
            || lower.startsWith("gridfleet:")
            || lower.startsWith(APPIUM + "gridfleet:");
    return !ours || forwarded.contains(lower);
  }

  /** Adds a default where the client has no value; objects member by member. */
  private static void under(Map<String, Object> merged, String name, Object value) {
    String spelled = spelled(merged, name);
    if (value instanceof Map<?, ?> members && merged.get(spelled) instanceof Map<?, ?> others) {
      merged.put(spelled, both(members, others));
    } else if (isMissing(merged, name)) {
      merged.put(name, value);
    }
  }

  /**
   * Overrides the value of a name in any spelling. Objects are merged by member, so that a device
   * can set one Chrome option and keep the client's others.
   */
  private static void over(Map<String, Object> merged, String name, Object value) {
    String spelled = spelled(merged, name);
    if (value instanceof Map<?, ?> members && merged.get(spelled) instanceof Map<?, ?> others) {
      merged.put(spelled, both(others, members));
    } else {
      merged.put(spelled, value);
    }
    if (name.equalsIgnoreCase(OPTIONS) && value instanceof Map<?, ?> members) {
      members.keySet().forEach(member -> removeOutside(merged, bare(member.toString())));
    } else {
      removeFromOptions(merged, bare(name));
    }
  }

  private static String spelled(Map<String, Object> merged, String name) {
    return merged.keySet().stream().filter(name::equalsIgnoreCase).findFirst().orElse(name);
  }

  private static Map<String, Object> both(Map<?, ?> below, Map<?, ?> above) {
    Map<String, Object> both = new LinkedHashMap<>();
    below.forEach((key, member) -> both.put(key.toString(), member));
    above.forEach((key, member) -> both.put(key.toString(), member));
    return both;
  }

  /** Removes a name from the options, where it would have precedence in Appium. */
  private static void removeFromOptions(Map<String, Object> merged, String bare) {
    for (Map.Entry<String, Object> entry : merged.entrySet()) {
      if (entry.getKey().equalsIgnoreCase(OPTIONS) && entry.getValue() instanceof Map<?, ?> map) {
        Map<String, Object> kept = new LinkedHashMap<>();
        map.forEach((key, value) -> kept.put(key.toString(), value));
        kept.keySet().removeIf(key -> bare(key).equalsIgnoreCase(bare));
        entry.setValue(kept);
      }
    }
  }

  private static void removeOutside(Map<String, Object> merged, String bare) {
    merged.keySet().removeIf(key -> key.equalsIgnoreCase(APPIUM + bare));
  }

  private static String bare(String name) {
    return name.regionMatches(true, 0, APPIUM, 0, APPIUM.length())
        ? name.substring(APPIUM.length())
        : name;
  }

  /**
   * Sets the device's identity. The client's {@code udid} may be a selector or an id of this
   * server, and is never forwarded. A device name that the driver requires defaults to the udid;
   * otherwise it isn't set, because it would override the node's {@code --default-capabilities}.
   */
  private static void identity(Map<String, Object> merged, Device device) {
    removeFromOptions(merged, "udid");
    merged.keySet().removeIf(key -> bare(key).equalsIgnoreCase("udid"));
    device.udid().ifPresent(udid -> merged.put(UDID, udid));
    if (!device.platform().equals(Device.BROWSER)) {
      if (needsDeviceName(merged) && isBlank(merged, DEVICE_NAME)) {
        merged.keySet().removeIf(key -> bare(key).equalsIgnoreCase("deviceName"));
        merged.put(DEVICE_NAME, device.udid().orElse(device.name()));
      }
    } else if (isBlank(merged, BROWSER_NAME)) {
      merged.keySet().removeIf(BROWSER_NAME::equalsIgnoreCase);
      state(device).ifPresent(name -> merged.put(BROWSER_NAME, name));
    }
  }

  private static boolean needsDeviceName(Map<String, Object> merged) {
    return Stream.of("automationName", "platformName")
        .flatMap(name -> values(merged, name))
        .anyMatch(value -> NEED_DEVICE_NAME.contains(value.toString().toLowerCase(Locale.ROOT)));
  }

  private static Optional<String> state(Device device) {
    return Optional.ofNullable(device.attributes().raw(BROWSER_NAME)).map(Object::toString);
  }

  private static boolean isBlank(Map<String, Object> merged, String name) {
    return values(merged, bare(name)).allMatch(value -> value.toString().isBlank());
  }

  private static boolean isMissing(Map<String, Object> merged, String name) {
    return values(merged, bare(name)).findAny().isEmpty();
  }

  /** Returns the values of a name, with and without its prefix, outside and in the options. */
  private static Stream<Object> values(Map<String, Object> merged, String bare) {
    Stream<Map.Entry<?, ?>> outside = merged.entrySet().stream().map(entry -> entry);
    Stream<Map.Entry<?, ?>> inside =
        merged.entrySet().stream()
            .filter(entry -> entry.getKey().equalsIgnoreCase(OPTIONS))
            .map(Map.Entry::getValue)
            .filter(Map.class::isInstance)
            .flatMap(options -> ((Map<?, ?>) options).entrySet().stream());
    return Stream.concat(outside, inside)
        .filter(entry -> bare(entry.getKey().toString()).equalsIgnoreCase(bare))
        .map(entry -> (Object) entry.getValue());
  }
}
