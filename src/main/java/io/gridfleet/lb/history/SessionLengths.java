package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The usual lengths of sessions: those that ended last, by device and by platform. Immutable.
 *
 * @param byDevice in milliseconds, sorted
 * @param byPlatform in milliseconds, sorted
 */
public record SessionLengths(
    Map<DeviceId, List<Long>> byDevice, Map<String, List<Long>> byPlatform) {
  public static final SessionLengths NONE = new SessionLengths(Map.of(), Map.of());

  /** Fewer sessions of a device say less than those of its platform. */
  private static final int MIN_OF_DEVICE = 8;

  private static final int MIN_OF_PLATFORM = 5;
  private static final int MAX_OF_DEVICE = 32;
  private static final int MAX_OF_PLATFORM = 256;

  /** A session that has ended. */
  public record Ended(DeviceId device, String platform, Duration length) {}

  /** Creates the lengths of these sessions; of each device and platform the first are used. */
  public static SessionLengths of(List<Ended> newestFirst) {
    Map<DeviceId, List<Long>> byDevice = new HashMap<>();
    Map<String, List<Long>> byPlatform = new HashMap<>();
    for (Ended each : newestFirst) {
      add(byDevice.computeIfAbsent(each.device(), id -> new ArrayList<>()), each, MAX_OF_DEVICE);
      add(
          byPlatform.computeIfAbsent(each.platform(), name -> new ArrayList<>()),
          each,
          MAX_OF_PLATFORM);
    }
    byDevice.replaceAll((id, lengths) -> lengths.stream().sorted().toList());
    byPlatform.replaceAll((name, lengths) -> lengths.stream().sorted().toList());
    return new SessionLengths(Map.copyOf(byDevice), Map.copyOf(byPlatform));
  }

  private static void add(List<Long> lengths, Ended each, int most) {
    if (lengths.size() < most) {
      lengths.add(Math.max(1, each.length().toMillis()));
    }
  }

  /** Returns the usual lengths on a device, sorted; empty while too few are known. */
  public List<Long> on(DeviceId device, String platform) {
    List<Long> own = byDevice.getOrDefault(device, List.of());
    if (own.size() >= MIN_OF_DEVICE) {
      return own;
    }
    List<Long> all = byPlatform.getOrDefault(platform, List.of());
    return all.size() >= MIN_OF_PLATFORM ? all : List.of();
  }
}
