package io.gridfleet.lb.app;

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

/** The device that the expected log lines name. */
public final class LoggedDevice {
  private LoggedDevice() {}

  public static Device pixel() {
    Node node =
        new Node(
            new NodeId("rack-1"), URI.create("http://127.0.0.1:4723"), Optional.empty(), Set.of());
    DeviceId id = DeviceId.of("P8");
    return new Device(
        id,
        node,
        "Pixel 8",
        Optional.of("P8"),
        "android",
        Attributes.of(Map.of("id", id.value(), "udid", "P8", "platformName", "Android")),
        0,
        1,
        Capabilities.empty(),
        Capabilities.empty());
  }
}
