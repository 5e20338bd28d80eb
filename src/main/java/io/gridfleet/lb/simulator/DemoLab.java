package io.gridfleet.lb.simulator;

import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A small realistic lab on simulated nodes: Android phones, iPhones, TVs and browsers in three
 * places. Thread-safe.
 */
public final class DemoLab implements AutoCloseable {
  private static final String CALIFORNIA = "Mountain View, US";
  private static final String GERMANY = "Berlin, DE";
  private static final String JAPAN = "Tokyo, JP";

  /** Long enough to be visible in a demonstration. */
  private static final Duration CREATION_TIME = Duration.ofMillis(150);

  private final EventLoopGroup loops = SimulatedNode.newLoops(1);
  private final Map<String, SimulatedNode> nodes = new LinkedHashMap<>();
  private final List<Map<String, Object>> entries = new ArrayList<>();

  private DemoLab() {}

  /** Starts the nodes on free ports of loopback. */
  public static DemoLab start() {
    DemoLab lab = new DemoLab();
    lab.addAppium("android-rack-1", phones());
    lab.addAppium("android-rack-2", otherPhones());
    lab.addAppium("mac-mini-1", iPhones());
    lab.addAppium("tv-shelf", televisions());
    lab.addBrowser("chrome-slots", DemoDevice.browser("chrome", "156.0", 2));
    lab.addBrowser("firefox-slots", DemoDevice.browser("firefox", "151.0", 2));
    return lab;
  }

  /**
   * Returns the nodes in the form of {@code nodes:} of a configuration file: plain maps, lists,
   * values.
   */
  public List<Map<String, Object>> inventory() {
    return List.copyOf(entries);
  }

  /** The nodes by id. */
  public Map<String, SimulatedNode> nodes() {
    return Map.copyOf(nodes);
  }

  private static List<DemoDevice> phones() {
    return List.of(
        DemoDevice.of("1A2B3C4D5E", "Pixel 8, rack 1", "Android", "android")
            .made("Google", "Pixel 8", "14")
            .locatedIn(CALIFORNIA, "T-Mobile", "WiFi")
            .tag("team", "checkout"),
        DemoDevice.of("2B3C4D5E6F", "Pixel 4, rack 1", "Android", "android")
            .made("Google", "Pixel 4", "13")
            .locatedIn(CALIFORNIA, "Sprint", "WiFi"),
        DemoDevice.of("R58M123ABC", "Galaxy S23, rack 1", "Android", "android")
            .made("samsung", "Galaxy S23", "14")
            .locatedIn(GERMANY, "Telekom"));
  }

  private static List<DemoDevice> otherPhones() {
    return List.of(
        DemoDevice.of("R58M456DEF", "Galaxy S22, rack 2", "Android", "android")
            .made("samsung", "Galaxy S22", "13")
            .locatedIn(GERMANY, "Vodafone")
            .tag("team", "search"),
        DemoDevice.of("ZY22ABCDEF", "Moto X, rack 2", "Android", "android")
            .made("motorola", "Moto X", "9.0.1")
            .locatedIn(CALIFORNIA, "Sprint", "WiFi"));
  }

  private static List<DemoDevice> iPhones() {
    return List.of(
        DemoDevice.of("00008030-001D", "iPhone 15, bench 1", "iOS", "ios")
            .made("Apple", "iPhone 15", "17.4")
            .locatedIn(CALIFORNIA, "Sprint")
            .tag("team", "checkout"),
        DemoDevice.of("00008030-002E", "iPhone 14, bench 1", "iOS", "ios")
            .made("Apple", "iPhone 14", "16.7.2")
            .locatedIn(JAPAN, "docomo"),
        DemoDevice.of("00008020-003F", "iPhone XR, bench 2", "iOS", "ios")
            .made("Apple", "iPhone XR", "15.8")
            .locatedIn(JAPAN, "SoftBank"));
  }

  private static List<DemoDevice> televisions() {
    return List.of(
        DemoDevice.of("00008110-00TV", "Apple TV 4K, shelf", "tvOS", "tvos")
            .made("Apple", "Apple TV 4K", "17.4")
            .locatedIn(CALIFORNIA),
        DemoDevice.of("G0FIRETV01", "Fire TV Stick, shelf", "Android", "firetv")
            .made("Amazon", "Fire TV Stick 4K", "7.1.2")
            .locatedIn(GERMANY),
        DemoDevice.of("X00ROKU001", "Roku Ultra, shelf", "Roku", "roku")
            .made("Roku", "Roku Ultra", "12.5")
            .locatedIn(CALIFORNIA));
  }

  private void addAppium(String id, List<DemoDevice> devices) {
    SimulatedNodeConfig config =
        SimulatedNodeConfig.appium().withBasePath("/wd/hub").withSessionList();
    for (DemoDevice device : devices) {
      config = config.withDevice(device.udid());
    }
    add(id, config, devices);
  }

  private void addBrowser(String id, DemoDevice states) {
    add(id, SimulatedNodeConfig.chromedriver().withDevice("", 2), List.of(states));
  }

  private void add(String id, SimulatedNodeConfig config, List<DemoDevice> devices) {
    SimulatedNode node = SimulatedNode.start(config.withCreationTime(CREATION_TIME), loops);
    nodes.put(id, node);
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("id", id);
    entry.put("url", node.url().toString());
    entry.put("devices", devices.stream().map(DemoDevice::entry).toList());
    entries.add(entry);
  }

  @Override
  public void close() {
    nodes.values().forEach(SimulatedNode::close);
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
