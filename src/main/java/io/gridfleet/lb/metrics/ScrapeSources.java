package io.gridfleet.lb.metrics;

import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.node.NodeHealth;
import io.gridfleet.lb.node.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The views of the features that a scrape reads. Called on the scrape's thread.
 *
 * @param states every device and its state
 * @param queueLength waiting new session requests
 * @param oldestWait how long the oldest of them has waited
 * @param liveSessions live sessions known to this server
 * @param nodes the results of probes
 */
public record ScrapeSources(
    Supplier<List<DeviceView>> states,
    IntSupplier queueLength,
    Supplier<Duration> oldestWait,
    IntSupplier liveSessions,
    Supplier<Map<NodeId, NodeHealth>> nodes) {}
