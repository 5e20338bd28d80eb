package io.gridfleet.lb.device;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.Optional;

/**
 * A device that runs sessions: a phone, a TV, or slots for browsers.
 *
 * @param name the display name
 * @param udid its id on the node; empty for browsers
 * @param platform its {@code platformName} in lower case, or {@code browser}
 * @param attributes the attributes that selectors match
 * @param rank lower ranks are tried first
 * @param slots the number of concurrent sessions, 1 or more
 * @param capabilities set on every session of this device, overriding the client's
 * @param defaultCapabilities set on a session unless the client sets them
 * @param configured the attributes without changes through the API, which decide which tenants may
 *     use the device
 */
public record Device(
    DeviceId id,
    Node node,
    String name,
    Optional<String> udid,
    String platform,
    Attributes attributes,
    int rank,
    int slots,
    Capabilities capabilities,
    Capabilities defaultCapabilities,
    Attributes configured) {

  /** Creates a device without changes through the API. */
  public Device(
      DeviceId id,
      Node node,
      String name,
      Optional<String> udid,
      String platform,
      Attributes attributes,
      int rank,
      int slots,
      Capabilities capabilities,
      Capabilities defaultCapabilities) {
    this(
        id,
        node,
        name,
        udid,
        platform,
        attributes,
        rank,
        slots,
        capabilities,
        defaultCapabilities,
        attributes);
  }

  /** The platform of a device without a configured app platform. */
  public static final String BROWSER = "browser";

  /** Returns {@code udid@host}, the address of a device in {@code udid} and direct connections. */
  public String address() {
    return udid.orElse(id.value()) + "@" + node.url().getHost();
  }

  @Override
  public String toString() {
    return name + " (" + udid.orElse(id.value()) + " on " + node.id() + ")";
  }
}
