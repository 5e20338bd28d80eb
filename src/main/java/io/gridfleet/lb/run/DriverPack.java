package io.gridfleet.lb.run;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An Appium driver and its platforms.
 *
 * @param driver the driver's npm package
 */
public record DriverPack(
    String id, String displayName, State state, String driver, List<Platform> platforms) {
  public DriverPack {
    platforms = List.copyOf(platforms);
  }

  /** The state of a pack; runs can reserve devices of enabled packs only. */
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
    for (Platform platform : platforms) {
      if (platform.id().equals(platformId)) {
        return Optional.of(platform);
      }
    }
    return Optional.empty();
  }
}
