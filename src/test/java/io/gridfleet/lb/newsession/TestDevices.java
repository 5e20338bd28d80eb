package io.gridfleet.lb.newsession;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.selector.Attributes;
import io.gridfleet.lb.webdriver.Capabilities;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Devices for tests of answers. */
public final class TestDevices {
  static final String ID = "3f6c1c1e-0000-4000-8000-000000000001";

  private TestDevices() {}

  public static Node node(String url, String publicUrl, Set<String> forwarded) {
    return new Node(
        new NodeId("mini-1"),
        URI.create(url),
        Optional.of(publicUrl).filter(text -> !text.isEmpty()).map(URI::create),
        forwarded);
  }

  public static Device phone(Node node, Map<String, Object> over, Map<String, Object> under) {
    return new Device(
        new DeviceId(ID),
        node,
        "iPhone 15, bench 3",
        Optional.of("00008030-001D"),
        "ios",
        Attributes.of(Map.of("platformName", "iOS")),
        10,
        1,
        Capabilities.of(over),
        Capabilities.of(under));
  }

  public static Device phone(String publicUrl) {
    return phone(node("http://10.0.0.7:4723/wd/hub", publicUrl, Set.of()), Map.of(), Map.of());
  }

  public static Device state(String nodeUrl) {
    return new Device(
        new DeviceId(ID),
        node(nodeUrl, "", Set.of()),
        "chrome slot",
        Optional.empty(),
        Device.BROWSER,
        Attributes.of(Map.of("browserName", "chrome")),
        100,
        2,
        Capabilities.empty(),
        Capabilities.empty());
  }
}
