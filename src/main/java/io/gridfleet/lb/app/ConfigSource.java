package io.gridfleet.lb.app;

import io.gridfleet.lb.config.ConfigLoader;
import io.gridfleet.lb.config.LoadedConfig;
import io.gridfleet.lb.node.NodeConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sources of the configuration, so that it can be read again while the server runs.
 *
 * @param file the configuration file; the demo's configuration if there is none
 * @param flags of the command line, by key
 * @param fallbacks values, by key, that apply if no other source sets them
 * @param simulated nodes to add, of a demo that runs in this process
 */
public record ConfigSource(
    Optional<Path> file,
    Map<String, String> environment,
    Map<String, String> flags,
    Map<String, String> fallbacks,
    List<NodeConfig> simulated) {
  private static final String DEMO = "{demo: true, store: 'sqlite::memory:'}";

  public ConfigSource(
      Optional<Path> file,
      Map<String, String> environment,
      Map<String, String> flags,
      Map<String, String> fallbacks) {
    this(file, environment, flags, fallbacks, List.of());
  }

  public ConfigSource adding(List<NodeConfig> more) {
    return new ConfigSource(file, environment, flags, fallbacks, more);
  }

  /**
   * Reads the configuration.
   *
   * @throws io.gridfleet.lb.config.ConfigException with every problem, if there is one
   */
  public LoadedConfig<GridFleetConfig> load() {
    ConfigLoader<GridFleetConfig> loader =
        ConfigLoader.of(GridFleetConfig.class)
            .environment(environment)
            .flags(flags)
            .fallbacks(fallbacks);
    LoadedConfig<GridFleetConfig> loaded =
        file.map(loader::file).orElseGet(() -> loader.text("demo", DEMO)).load();
    return new LoadedConfig<>(
        loaded.value().withMore(simulated), loaded.warnings(), loaded.lines());
  }
}
