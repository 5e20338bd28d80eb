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
 * What a scrape asks the features for. Called on the scrape's thread.
 *
 * @param states every device and its state
 * @param queueLength new session requests that wait
 * @param oldestWait how long the request that came first of them has waited
 * @param liveSessions sessions that this server knows to be alive
 * @param nodes what probes have found out
 */
public record ScrapeSources(
    Supplier<List<DeviceView>> states,
    IntSupplier queueLength,
    Supplier<Duration> oldestWait,
    IntSupplier liveSessions,
    Supplier<Map<NodeId, NodeHealth>> nodes) {}
