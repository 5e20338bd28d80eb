package io.gridfleet.lb.run;

import io.gridfleet.lb.device.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The catalog of driver packs, and the mapping from devices to platforms. Built-in packs have the
 * ids that the testkit's examples use (test-suites.md#packs-and-platforms).
 */
public record DriverPacks(List<DriverPack> packs) {
  private static final String UIAUTOMATOR2 = "appium-uiautomator2";
  private static final String XCUITEST = "appium-xcuitest";

  /** Bounds the length of error texts that list packs. */
  private static final int MAX_LISTED = 20;

  private static final List<String> REAL = List.of("real_device");
  private static final List<String> WITH_EMULATOR = List.of("real_device", "emulator");
  private static final List<String> WITH_SIMULATOR = List.of("real_device", "simulator");
  private static final List<String> CABLE_OR_NET = List.of("usb", "network", "virtual");

  public DriverPacks {
    packs = List.copyOf(packs);
  }

  /** The key of a platform, whose id is unique only within its pack. */
  public record PlatformRef(String packId, String platformId) {}

  /** Returns the built-in packs with the six documented platforms, all enabled. */
  public static DriverPacks builtIn() {
    return new DriverPacks(
        List.of(
            pack(
                UIAUTOMATOR2,
                "Appium UiAutomator2",
                "appium-uiautomator2-driver",
                android("android_mobile", "Android", WITH_EMULATOR),
                android("android_tv", "Android TV", WITH_EMULATOR),
                android("firetv_real", "Fire TV (real device)", REAL)),
            pack(
                XCUITEST,
                "Appium XCUITest",
                "appium-xcuitest-driver",
                new Platform("ios", "iOS", "iOS", "XCUITest", WITH_SIMULATOR, CABLE_OR_NET),
                new Platform("tvos", "tvOS", "tvOS", "XCUITest", WITH_SIMULATOR, CABLE_OR_NET)),
            pack(
                "appium-roku-dlenroc",
                "Appium Roku",
                "@dlenroc/appium-roku-driver",
                new Platform(
                    "roku_network", "Roku (network)", "roku", "Roku", REAL, List.of("network")))));
  }

  /** Returns the built-in packs and the configured ones, which take precedence. */
  public static DriverPacks of(List<DriverPackConfig> configured) {
    Map<String, DriverPack> all = new LinkedHashMap<>();
    builtIn().packs().forEach(pack -> all.put(pack.id(), pack));
    configured.forEach(config -> all.put(config.id(), config.pack()));
    return new DriverPacks(List.copyOf(all.values()));
  }

  private static DriverPack pack(
      String id, String displayName, String driver, Platform... platforms) {
    return new DriverPack(id, displayName, DriverPack.State.ENABLED, driver, List.of(platforms));
  }

  private static Platform android(String id, String label, List<String> deviceTypes) {
    return new Platform(id, label, "Android", "UiAutomator2", deviceTypes, CABLE_OR_NET);
  }

  /**
   * Returns the enabled packs with their platforms, for error texts: {@code pack (platform,
   * platform), pack (…)}.
   */
  String enabledText() {
    return packs.stream()
        .filter(pack -> pack.state() == DriverPack.State.ENABLED)
        .limit(MAX_LISTED)
        .map(DriverPacks::text)
        .collect(Collectors.joining(", "));
  }

  private static String text(DriverPack pack) {
    return pack.platforms().stream()
        .limit(MAX_LISTED)
        .map(Platform::id)
        .collect(Collectors.joining(", ", pack.id() + " (", ")"));
  }

  public Optional<DriverPack> pack(String id) {
    return packs.stream().filter(pack -> pack.id().equals(id)).findFirst();
  }

  public Optional<Platform> platform(PlatformRef ref) {
    return pack(ref.packId()).flatMap(pack -> pack.platform(ref.platformId()));
  }

  /**
   * Returns the platform of a device: by its attributes {@code pack_id} and {@code platform_id},
   * else by its platform and manufacturer, else a platform that isn't in the catalog.
   */
  public PlatformRef of(Device device) {
    Optional<String> pack = DeviceDescription.text(device, "pack_id");
    String platform =
        DeviceDescription.text(device, "platform_id").orElseGet(() -> suggested(device));
    return new PlatformRef(pack.orElseGet(() -> packWith(platform)), platform);
  }

  private String packWith(String platformId) {
    for (DriverPack pack : packs) {
      if (pack.platform(platformId).isPresent()) {
        return pack.id();
      }
    }
    return "appium-" + platformId;
  }

  private String suggested(Device device) {
    return switch (device.platform().toLowerCase(Locale.ROOT)) {
      case "android" -> androidKind(device);
      case "firetv", "fireos" -> "firetv_real";
      case "ios" -> "ios";
      case "tvos" -> "tvos";
      case "roku" -> "roku_network";
      default -> byPlatformName(device.platform());
    };
  }

  /** Returns the first platform with this WebDriver platformName; else the name itself. */
  private String byPlatformName(String platformName) {
    for (DriverPack pack : packs) {
      for (Platform platform : pack.platforms()) {
        if (platform.platformName().equalsIgnoreCase(platformName)) {
          return platform.id();
        }
      }
    }
    return platformName.toLowerCase(Locale.ROOT);
  }

  private static String androidKind(Device device) {
    boolean amazon =
        DeviceDescription.text(device, "manufacturer")
            .filter("amazon"::equalsIgnoreCase)
            .isPresent();
    String kind =
        DeviceDescription.text(device, "form_factor")
            .or(() -> DeviceDescription.text(device, "device_class"))
            .orElse("")
            .toLowerCase(Locale.ROOT);
    if (!kind.contains("tv")) {
      boolean stick =
          DeviceDescription.text(device, "model")
              .filter(model -> model.startsWith("AFT") || model.startsWith("Fire TV"))
              .isPresent();
      return amazon && stick ? "firetv_real" : "android_mobile";
    }
    return amazon ? "firetv_real" : "android_tv";
  }
}
