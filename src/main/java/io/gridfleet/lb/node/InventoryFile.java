package io.gridfleet.lb.node;

import io.gridfleet.lb.config.Key;
import java.util.List;

/** A file of more nodes, in the same shape as the configuration's own. */
public record InventoryFile(@Key(doc = "More nodes.") List<NodeConfig> nodes) {}
