package io.gridfleet.lb.simulator;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a simulated node is set up.
 *
 * @param port 0: any free one
 * @param basePath empty, or as {@code /wd/hub}
 * @param devices udid to the number of sessions it takes; an empty map takes any udid, one session
 *     each, and any number of sessions that name no udid
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
   * How long things take, and by which clock.
   *
   * @param creation how long a session takes to start
   * @param command how long a command takes
   * @param clock what {@code newCommandTimeout} is measured with
   */
  public record Timing(Duration creation, Duration command, InstantSource clock) {
    static final Timing AT_ONCE = new Timing(Duration.ZERO, Duration.ZERO, InstantSource.system());
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

  public SimulatedNodeConfig withPort(int changed) {
    return new SimulatedNodeConfig(style, changed, basePath, devices, timing, listsSessions);
  }

  public SimulatedNodeConfig withBasePath(String changed) {
    return new SimulatedNodeConfig(style, port, changed, devices, timing, listsSessions);
  }

  /** One more device, which takes one session at a time. */
  public SimulatedNodeConfig withDevice(String udid) {
    return withDevice(udid, 1);
  }

  public SimulatedNodeConfig withDevice(String udid, int slots) {
    Map<String, Integer> more = new LinkedHashMap<>(devices);
    more.put(udid, slots);
    return new SimulatedNodeConfig(style, port, basePath, more, timing, listsSessions);
  }

  public SimulatedNodeConfig withCreationTime(Duration creation) {
    return withTiming(new Timing(creation, timing.command(), timing.clock()));
  }

  public SimulatedNodeConfig withCommandTime(Duration command) {
    return withTiming(new Timing(timing.creation(), command, timing.clock()));
  }

  public SimulatedNodeConfig withClock(InstantSource clock) {
    return withTiming(new Timing(timing.creation(), timing.command(), clock));
  }

  public SimulatedNodeConfig withSessionList() {
    return new SimulatedNodeConfig(style, port, basePath, devices, timing, true);
  }

  private SimulatedNodeConfig withTiming(Timing changed) {
    return new SimulatedNodeConfig(style, port, basePath, devices, changed, listsSessions);
  }
}
