package io.gridfleet.lb.run;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An Appium driver and the platforms that it serves.
 *
 * @param driver the driver's npm package
 */
public record DriverPack(
    String id, String displayName, State state, String driver, List<Platform> platforms) {
  public DriverPack {
    platforms = List.copyOf(platforms);
  }

  /** Whether runs can ask for it: only when enabled. */
  public enum State {
    DRAFT,
    ENABLED,
    DRAINING,
    DISABLED;

    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Optional<Platform> platform(String platformId) {
    return platforms.stream().filter(platform -> platform.id().equals(platformId)).findFirst();
  }
}
