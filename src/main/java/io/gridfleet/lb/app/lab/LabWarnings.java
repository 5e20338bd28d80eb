package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.config.NearestName;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.NodeConfig;
import io.gridfleet.lb.run.DriverPacks;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Finds settings that are valid but probably unintended. */
public final class LabWarnings {
  /** Platforms of drivers that no built-in pack has. */
  private static final List<String> MORE_PLATFORMS =
      List.of("Windows", "Mac", "Linux", "Tizen", "TizenTV", "LGTV", "Fake", "Any");

  private final GridFleetConfig config;
  private final List<NodeConfig> nodes;
  private final List<String> warnings = new ArrayList<>();

  private LabWarnings(GridFleetConfig config, List<NodeConfig> nodes) {
    this.config = config;
    this.nodes = nodes;
  }

  /**
   * Returns the warnings, one line each.
   *
   * @param nodes those of the configuration and of its inventory files
   */
  public static List<String> of(GridFleetConfig config, List<NodeConfig> nodes) {
    LabWarnings found = new LabWarnings(config, nodes);
    found.globs();
    found.urls();
    found.devices();
    found.platforms();
    found.tokens();
    return List.copyOf(found.warnings);
  }

  private void globs() {
    for (FileGlob glob : config.inventory().files()) {
      if (matchesNothing(glob)) {
        warnings.add("'inventory.files' has " + glob + ", which matches no file");
      }
    }
  }

  private static boolean matchesNothing(FileGlob glob) {
    try {
      return glob.files().isEmpty();
    } catch (UncheckedIOException toldAsProblem) {
      return false;
    }
  }

  private void urls() {
    Map<String, String> first = new HashMap<>();
    for (NodeConfig node : nodes) {
      String url = node.url().toString().toLowerCase(Locale.ROOT).replaceFirst("/+$", "");
      String other = first.putIfAbsent(url, node.name());
      if (other != null) {
        warnings.add(
            "the nodes '%s' and '%s' have one url, %s: their devices are requested from one server"
                .formatted(other, node.name(), node.url()));
      }
    }
  }

  private void devices() {
    if (!config.demo() && nodes.stream().allMatch(node -> node.devices().isEmpty())) {
      warnings.add("there are no devices: every new session will be refused");
    }
  }

  private void platforms() {
    TreeSet<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    known.addAll(MORE_PLATFORMS);
    DriverPacks.of(config.runs().packs())
        .packs()
        .forEach(pack -> pack.platforms().forEach(each -> known.add(each.platformName())));
    for (NodeConfig node : nodes) {
      for (DeviceConfig device : node.devices()) {
        device
            .platformName()
            .filter(name -> !known.contains(name))
            .ifPresent(
                name ->
                    warnings.add(
                        "the device '%s' has the unknown 'platformName' %s%s"
                            .formatted(
                                device.label(node.name()), name, NearestName.hint(name, known))));
      }
    }
  }

  private void tokens() {
    if (config.tokens().stream().allMatch(token -> token.devices().isEmpty())) {
      return;
    }
    List<Device> all = LabDevices.of(nodes);
    config
        .tokens()
        .forEach(
            token ->
                token
                    .devices()
                    .filter(
                        selector ->
                            all.stream().noneMatch(device -> selector.matches(device.attributes())))
                    .ifPresent(
                        selector ->
                            warnings.add(
                                "the token '%s' may use no device: none matches %s"
                                    .formatted(token.name(), selector.normalForm()))));
  }
}
