package io.gridfleet.lb.app;

import io.gridfleet.lb.config.ConfigFiles;
import io.gridfleet.lb.config.ConfigFiles.Contents;
import io.gridfleet.lb.config.ConfigProblem;
import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.node.DeviceConfig;
import io.gridfleet.lb.node.InventoryFile;
import io.gridfleet.lb.node.NodeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The nodes of the lab: those of the configuration and those of the inventory files. */
public final class InventoryFiles {
  private final List<NodeConfig> own;
  private final ConfigFiles<InventoryFile> files;

  public InventoryFiles(GridFleetConfig config) {
    this.own = config.nodes();
    this.files = new ConfigFiles<>(InventoryFile.class, config.inventory().files());
  }

  /**
   * The lab as the files tell it now.
   *
   * @param nodes a broken file counts as it was; where a name stands twice, the first counts
   * @param problems to tell, and at a start to stop for
   */
  public record Lab(List<NodeConfig> nodes, List<ConfigProblem> problems) {
    /** How many devices its nodes own. */
    public int devices() {
      return nodes.stream().mapToInt(node -> node.devices().size()).sum();
    }
  }

  /** Reads all files again. */
  public Lab read() {
    Contents<InventoryFile> read = files.read();
    NodeNames names = new NodeNames();
    List<ConfigProblem> problems = new ArrayList<>(read.problems());
    List<NodeConfig> nodes = new ArrayList<>();
    add("the configuration", own, names, nodes, problems);
    read.contents()
        .forEach((file, part) -> add(file.toString(), part.nodes(), names, nodes, problems));
    return new Lab(List.copyOf(nodes), List.copyOf(problems));
  }

  /** What to watch for changes. */
  public List<FileGlob> globs() {
    return files.globs();
  }

  private static void add(
      String file,
      List<NodeConfig> more,
      NodeNames names,
      List<NodeConfig> nodes,
      List<ConfigProblem> problems) {
    for (int i = 0; i < more.size(); i++) {
      NodeConfig node = more.get(i);
      String at = "nodes[" + i + "]";
      Optional<String> taken = names.node(node, "'" + at + "' of " + file);
      if (taken.isPresent()) {
        problems.add(new ConfigProblem(file, 0, 0, "'" + at + "' " + taken.get()));
      } else {
        nodes.add(node.with(devices(file, at, node, names, problems)));
      }
    }
  }

  private static List<DeviceConfig> devices(
      String file, String at, NodeConfig node, NodeNames names, List<ConfigProblem> problems) {
    List<DeviceConfig> devices = new ArrayList<>();
    for (int j = 0; j < node.devices().size(); j++) {
      DeviceConfig device = node.devices().get(j);
      String where = "'" + at + ".devices[" + j + "]'";
      Optional<String> taken = names.device(node, device, where + " of " + file);
      if (taken.isPresent()) {
        problems.add(new ConfigProblem(file, 0, 0, where + " " + taken.get()));
      } else {
        devices.add(device);
      }
    }
    return devices;
  }
}
