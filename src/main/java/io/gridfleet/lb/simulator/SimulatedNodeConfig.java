package io.gridfleet.lb.simulator;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The configuration of a simulated node.
 *
 * @param port 0: any free one
 * @param basePath empty, or as {@code /wd/hub}
 * @param devices udid to its number of slots; an empty map accepts any udid with one slot each, and
 *     any number of sessions without a udid
 * @param listsSessions whether {@code /appium/sessions} answers (Appium's {@code
 *     session_discovery})
 */
public record SimulatedNodeConfig(
    NodeStyle style,
    int port,
    String basePath,
    Map<String, Integer> devices,
    Timing timing,
    boolean listsSessions) {

  /**
   * Durations of operations, and the clock.
   *
   * @param creation the duration of a session's creation
   * @param clock the clock of {@code newCommandTimeout}
   */
  public record Timing(Duration creation, InstantSource clock) {
    static final Timing AT_ONCE = new Timing(Duration.ZERO, InstantSource.system());
  }

  public SimulatedNodeConfig {
    devices = Collections.unmodifiableMap(new LinkedHashMap<>(devices));
  }

  public static SimulatedNodeConfig appium() {
    return new SimulatedNodeConfig(NodeStyle.APPIUM, 0, "", Map.of(), Timing.AT_ONCE, false);
  }

  public static SimulatedNodeConfig chromedriver() {
    return new SimulatedNodeConfig(NodeStyle.CHROMEDRIVER, 0, "", Map.of(), Timing.AT_ONCE, true);
  }

  public SimulatedNodeConfig withStyle(NodeStyle changed) {
    return new SimulatedNodeConfig(changed, port, basePath, devices, timing, listsSessions);
  }

  /** For the benchmark's node. */
  public SimulatedNodeConfig withPort(int changed) {
    return new SimulatedNodeConfig(style, changed, basePath, devices, timing, listsSessions);
  }

  public SimulatedNodeConfig withBasePath(String changed) {
    return new SimulatedNodeConfig(style, port, changed, devices, timing, listsSessions);
  }

  /** Adds a device with one slot. */
  public SimulatedNodeConfig withDevice(String udid) {
    return withDevice(udid, 1);
  }

  public SimulatedNodeConfig withDevice(String udid, int slots) {
    return withDevices(Map.of(udid, slots));
  }

  /** Adds devices with their slots, in this order. */
  public SimulatedNodeConfig withDevices(Map<String, Integer> added) {
    Map<String, Integer> more = new LinkedHashMap<>(devices);
    more.putAll(added);
    return new SimulatedNodeConfig(style, port, basePath, more, timing, listsSessions);
  }

  public SimulatedNodeConfig withCreationTime(Duration creation) {
    return withTiming(new Timing(creation, timing.clock()));
  }

  public SimulatedNodeConfig withClock(InstantSource clock) {
    return withTiming(new Timing(timing.creation(), clock));
  }

  public SimulatedNodeConfig withSessionList() {
    return new SimulatedNodeConfig(style, port, basePath, devices, timing, true);
  }

  private SimulatedNodeConfig withTiming(Timing changed) {
    return new SimulatedNodeConfig(style, port, basePath, devices, changed, listsSessions);
  }
}
