package io.gridfleet.lb.device;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.util.Optional;

/**
 * What runs a session: a phone, a TV, a browser seat.
 *
 * @param name what people call it
 * @param udid what a node knows it by; a browser seat has none
 * @param platform its {@code platformName} in lower case, or {@code browser}
 * @param attributes everything that a selector may ask for
 * @param rank lower is tried first
 * @param slots how many sessions it takes at once, 1 or more
 * @param capabilities put on every session of this device, whatever the client says
 * @param defaultCapabilities put on a session unless the client says otherwise
 * @param configured the attributes without what was changed through the API: what decides which
 *     tenants may use the device
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

  /** A device of which nothing was changed through the API. */
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

  /** The platform of a device that no app platform is configured for. */
  public static final String BROWSER = "browser";

  /** {@code udid@host}: how directConnect and {@code udid} address a device (AppiumLB §2.3). */
  public String address() {
    return udid.orElse(id.value()) + "@" + node.url().getHost();
  }

  @Override
  public String toString() {
    return name + " (" + udid.orElse(id.value()) + " on " + node.id() + ")";
  }
}
