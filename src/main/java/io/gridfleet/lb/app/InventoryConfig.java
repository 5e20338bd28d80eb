package io.gridfleet.lb.app;

import io.gridfleet.lb.config.FileGlob;
import io.gridfleet.lb.config.Key;
import java.time.Duration;
import java.util.List;

/** Files with nodes in addition to those of the configuration. */
public record InventoryConfig(
    @Key(
            doc = "Files of more nodes, read again when they change or on SIGHUP.",
            example = "[\"lab.d/*.yaml\"]")
        List<FileGlob> files,
    @Key(
            doc = "How long the nodes of a file that is gone stay; 0s: they go at once.",
            fallback = "10min")
        Duration forgetAfter) {}
