package io.gridfleet.lb.app.lab;

import io.gridfleet.lb.app.GridFleetConfig;
import io.gridfleet.lb.app.NodeNames;
import io.gridfleet.lb.config.ConfigFiles;
import io.gridfleet.lb.config.ConfigFiles.Contents;
import io.gridfleet.lb.config.ConfigProblem;
import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.config.KeyLines;
import io.gridfleet.lb.config.LoadedConfig;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.InventoryFile;
import io.gridfleet.lb.node.NodeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes of the lab: those of the configuration and those of the inventory files. */
public final class InventoryFiles {
  private final ConfigFiles<InventoryFile> files;
  private volatile GridFleetConfig config;

  /** The last reading; guarded by this. */
  private @Nullable Reading last;

  /** What a lab was merged from. */
  private record Reading(List<NodeConfig> nodes, Contents<InventoryFile> contents, Lab lab) {
    /** Whether the same files were read then and now, each without a problem. */
    boolean isComparable(List<NodeConfig> configured, Contents<InventoryFile> read) {
      return nodes.equals(configured)
          && read.missing().isEmpty()
          && contents.missing().isEmpty()
          && read.problems().isEmpty()
          && lab.problems().isEmpty()
          && contents.contents().keySet().equals(read.contents().keySet());
    }

    /** Whether each file's content passes the test with its content of before. */
    boolean all(
        Contents<InventoryFile> read,
        BiPredicate<LoadedConfig<InventoryFile>, LoadedConfig<InventoryFile>> test) {
      return read.contents().entrySet().stream()
          .allMatch(
              file -> {
                LoadedConfig<InventoryFile> old = contents.contents().get(file.getKey());
                return old != null && test.test(old, file.getValue());
              });
    }
  }

  @SuppressWarnings("ReferenceEquality") // an unchanged file has the same content, not an equal
  private static boolean isSame(
      LoadedConfig<InventoryFile> before, LoadedConfig<InventoryFile> now) {
    return before == now;
  }

  private static boolean hasSameNames(
      LoadedConfig<InventoryFile> before, LoadedConfig<InventoryFile> now) {
    return isSame(before, now) || keys(before.value()).equals(keys(now.value()));
  }

  /** The names of the nodes and devices, in their order. */
  private static List<List<String>> keys(InventoryFile file) {
    return file.nodes().stream()
        .map(
            node ->
                Stream.concat(
                        Stream.of(node.name()),
                        node.devices().stream().map(device -> device.key(node.name())))
                    .toList())
        .toList();
  }

  public InventoryFiles(GridFleetConfig config) {
    this(config, System::nanoTime);
  }

  InventoryFiles(GridFleetConfig config, LongSupplier nanos) {
    this.config = config;
    this.files = new ConfigFiles<>(InventoryFile.class, nanos);
  }

  /**
   * The lab as the files define it now.
   *
   * @param nodes an invalid file counts as it was; if a name occurs twice, the first one counts
   * @param problems to report; at a start they are fatal
   * @param missing files that are gone but still count: with how many devices, and for how long
   */
  public record Lab(
      List<NodeConfig> nodes, List<ConfigProblem> problems, Map<Path, Missing> missing) {
    /** How many devices its nodes own. */
    public int devices() {
      return nodes.stream().mapToInt(node -> node.devices().size()).sum();
    }
  }

  /** The content of a file that is gone. */
  public record Missing(List<String> devices, Duration left) {}

  /** Uses the nodes and patterns of this configuration from the next reading on. */
  void use(GridFleetConfig other) {
    config = other;
  }

  /**
   * Reads all files again; the same lab if none has changed. Names are compared with those of the
   * whole lab only if a file has others than before.
   */
  public synchronized Lab read() {
    GridFleetConfig now = config;
    Contents<InventoryFile> read =
        files.read(now.inventory().files(), now.inventory().forgetAfter());
    Reading before = last;
    boolean sameNames = false;
    if (before != null && before.isComparable(now.nodes(), read)) {
      if (before.all(read, InventoryFiles::isSame)) {
        return before.lab();
      }
      sameNames = before.all(read, InventoryFiles::hasSameNames);
    }
    Lab lab = sameNames ? joined(now, read) : merged(now, read);
    last = new Reading(now.nodes(), read, lab);
    return lab;
  }

  /** The lab of nodes whose names, and those of their devices, are known to be unique. */
  private static Lab joined(GridFleetConfig now, Contents<InventoryFile> read) {
    List<NodeConfig> nodes = new ArrayList<>(now.nodes());
    read.contents().values().forEach(part -> nodes.addAll(part.value().nodes()));
    return new Lab(List.copyOf(nodes), List.of(), Map.of());
  }

  private static Lab merged(GridFleetConfig now, Contents<InventoryFile> read) {
    Merged merged = new Merged(new ArrayList<>(read.problems()));
    merged.add("the configuration", now.nodes(), null);
    read.contents()
        .forEach((file, part) -> merged.add(file.toString(), part.value().nodes(), part.lines()));
    Map<Path, Missing> missing = new TreeMap<>();
    read.contents()
        .forEach(
            (file, part) -> {
              Duration left = read.missing().get(file);
              if (left != null) {
                missing.put(file, new Missing(names(part.value()), left));
              }
            });
    return new Lab(List.copyOf(merged.nodes), List.copyOf(merged.problems), missing);
  }

  private static List<String> names(InventoryFile file) {
    return file.nodes().stream()
        .flatMap(node -> node.devices().stream().map(device -> device.label(node.name())))
        .toList();
  }

  /** Returns the patterns to watch for changes. */
  public List<FileGlob> globs() {
    return config.inventory().files();
  }

  /** Nodes of several files, without those whose name is taken. */
  private static final class Merged {
    private final NodeNames names = new NodeNames();
    private final List<NodeConfig> nodes = new ArrayList<>();
    private final List<ConfigProblem> problems;

    Merged(List<ConfigProblem> problems) {
      this.problems = problems;
    }

    void add(String file, List<NodeConfig> more, @Nullable KeyLines lines) {
      for (int i = 0; i < more.size(); i++) {
        NodeConfig node = more.get(i);
        Written place = new Written(file, "nodes[" + i + "]", lines);
        Optional<String> taken = names.node(node, place::where);
        if (taken.isPresent()) {
          problems.add(place.problem(taken.get()));
        } else {
          nodes.add(withOwnDevices(node, place));
        }
      }
    }

    /** Returns the same object if the names of all its devices are its own. */
    private NodeConfig withOwnDevices(NodeConfig node, Written place) {
      List<DeviceConfig> devices = new ArrayList<>();
      for (int j = 0; j < node.devices().size(); j++) {
        DeviceConfig device = node.devices().get(j);
        int index = j;
        Optional<String> taken = names.device(node, device, () -> place.device(index).where());
        if (taken.isPresent()) {
          problems.add(place.device(index).problem(taken.get()));
        } else {
          devices.add(device);
        }
      }
      return devices.size() == node.devices().size() ? node : node.with(devices);
    }
  }

  /** Where a node or a device was written. */
  private record Written(String file, String key, @Nullable KeyLines lines) {
    Written device(int index) {
      return new Written(file, key + ".devices[" + index + "]", lines);
    }

    private int line() {
      return lines == null ? 0 : lines.of(key);
    }

    String where() {
      return "'" + key + "' of " + file + (line() == 0 ? "" : ", line " + line());
    }

    ConfigProblem problem(String words) {
      return new ConfigProblem(file, line(), line() == 0 ? 0 : 1, "'" + key + "' " + words);
    }
  }
}
