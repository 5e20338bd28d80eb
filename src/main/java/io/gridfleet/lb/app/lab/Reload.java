package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.app.ConfigSource;
import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.lab.InventoryFiles.Lab;
import io.gridfleet.lb.app.log.LogText;
import io.gridfleet.lb.app.log.Logging;
import io.gridfleet.lb.config.ChangedKeys;
import io.gridfleet.lb.config.ConfigException;
import io.gridfleet.lb.config.ConfigProblem;
import io.gridfleet.lb.config.Durations;
import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.metrics.ReloadMetrics;
import io.gridfleet.lb.node.NodeConfig;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration and its inventory files again and applies what can change while the
 * server runs: nodes, inventory, tokens, the log and the drain. For other changed keys it logs that
 * they need a restart. One reload at a time; guarded by this.
 */
public final class Reload {
  private static final Logger log = LoggerFactory.getLogger(Reload.class);

  private static final int LARGE_LAB = 10_000;

  /** Keys that take effect without a restart; a section stands for all of its keys. */
  private static final List<String> RELOADABLE =
      List.of("nodes", "inventory.", "tokens", "log.", "router.drain");

  /** What a reload changes. */
  public record Parts(
      InventoryFiles files,
      ReloadableAdmission admission,
      Consumer<List<NodeConfig>> lab,
      ReloadMetrics metrics) {}

  private final Optional<ConfigSource> source;
  private final Parts parts;
  private final InstantSource clock;

  /** The configuration at the start: keys that need a restart keep its values. */
  private final GridFleetConfig started;

  /** The last configuration that was read without a problem. */
  private GridFleetConfig latest;

  private Lab lab;

  /**
   * Reads the inventory files for the first time.
   *
   * @param source where the configuration is read again; empty if it can't be
   * @throws ConfigException if a file has a problem: a start fails on what check-config reports
   */
  public Reload(
      GridFleetConfig config, Optional<ConfigSource> source, Parts parts, InstantSource clock) {
    this.started = config;
    this.latest = config;
    this.source = source;
    this.parts = parts;
    this.clock = clock;
    this.lab = parts.files().read();
    if (!lab.problems().isEmpty()) {
      throw new ConfigException(lab.problems());
    }
  }

  /** Applies the first reading. */
  public synchronized void start() {
    parts.lab().accept(lab.nodes());
    parts.metrics().succeeded(clock.instant());
    LabWarnings.of(started, lab.nodes()).forEach(warning -> log.warn("{}", warning));
    log.info("{} nodes, {} devices", lab.nodes().size(), lab.devices());
    if (lab.devices() >= LARGE_LAB) {
      // The first reading grows the heap by hundreds of MiB; clients don't wait for this yet.
      SmallHeap.collect();
    }
  }

  /** Returns how long live sessions continue after a signal. */
  public synchronized Duration drain() {
    return latest.router().drain();
  }

  public synchronized List<FileGlob> globs() {
    return parts.files().globs();
  }

  /**
   * Reads the configuration file and all inventory files again.
   *
   * @return when missing files must be checked again
   */
  public synchronized Optional<Duration> all() {
    List<ConfigProblem> problems = new ArrayList<>();
    if (source.isPresent()) {
      try {
        use(source.get().load().value());
      } catch (ConfigException wrong) {
        problems.addAll(wrong.problems());
        log.warn("reload: the configuration has errors, so all of it stays as it was");
      } catch (IllegalArgumentException | UncheckedIOException wrong) {
        problems.add(new ConfigProblem("tokens", 0, 0, String.valueOf(wrong.getMessage())));
        log.warn("reload: the tokens can't be used, so all of the configuration stays as it was");
      }
    }
    return inventory(problems);
  }

  /**
   * Reads the inventory files again.
   *
   * @return when missing files must be checked again
   */
  public synchronized Optional<Duration> inventory() {
    return inventory(List.of());
  }

  private void use(GridFleetConfig read) {
    parts.admission().use(read.tokens());
    parts.files().use(read);
    if (!read.log().equals(latest.log())) {
      Logging.configure(read.log());
    }
    List<String> now =
        ChangedKeys.between(latest, read).stream().filter(Reload::reloadable).toList();
    List<String> later =
        ChangedKeys.between(started, read).stream().filter(key -> !reloadable(key)).toList();
    latest = read;
    if (!now.isEmpty()) {
      log.info("reload: changed keys of the configuration: {}", String.join(", ", now));
    }
    if (!later.isEmpty()) {
      log.warn("reload: these changed keys need a restart: {}", String.join(", ", later));
    }
  }

  private static boolean reloadable(String key) {
    return RELOADABLE.stream()
        .anyMatch(known -> known.endsWith(".") ? key.startsWith(known) : key.equals(known));
  }

  private Optional<Duration> inventory(List<ConfigProblem> before) {
    Lab read = parts.files().read();
    List<ConfigProblem> problems = new ArrayList<>(before);
    problems.addAll(read.problems());
    problems.forEach(problem -> log.warn("reload: {}", problem));
    read.missing().forEach(Reload::logMissing);
    LabChanges.between(lab.nodes(), read.nodes())
        .lines()
        .forEach(line -> log.info("reload: {}", line));
    lab = read;
    parts.lab().accept(read.nodes());
    finish(problems);
    return read.missing().values().stream()
        .map(InventoryFiles.Missing::left)
        .min(Duration::compareTo);
  }

  private static void logMissing(Path file, InventoryFiles.Missing missing) {
    log.warn(
        "reload: {} is gone; its {} for {} (inventory.forgetAfter): {}",
        file,
        LogText.count(missing.devices().size(), "device")
            + (missing.devices().size() == 1 ? " stays" : " stay"),
        Durations.text(Duration.ofSeconds(Math.max(1, missing.left().toSeconds()))),
        LabChanges.shortened(missing.devices()));
  }

  private void finish(List<ConfigProblem> problems) {
    if (problems.isEmpty()) {
      parts.metrics().succeeded(clock.instant());
      log.info(
          "reload done: {}, {}",
          LogText.count(lab.nodes().size(), "node"),
          LogText.count(lab.devices(), "device"));
    } else {
      parts.metrics().failed(problems.size());
      log.warn(
          "reload failed in part, {}: files with errors count as they were before",
          LogText.count(problems.size(), "problem"));
    }
  }
}
