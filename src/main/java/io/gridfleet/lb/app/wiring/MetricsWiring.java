package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.metrics.Metrics;
import io.gridfleet.lb.metrics.ScrapeSources;
import io.gridfleet.lb.node.NodeProbes;
import io.gridfleet.lb.session.SessionActivity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.function.LongSupplier;

/** Connects the meters that are read at each scrape with their sources. */
final class MetricsWiring {
  private MetricsWiring() {}

  static void showLab(
      Metrics metrics, Distributor distributor, SessionActivity activity, NodeProbes probes) {
    metrics.show(
        new ScrapeSources(
            distributor::states,
            distributor::queueLength,
            distributor::oldestWait,
            activity::known,
            probes::health));
  }

  static void showTransport(Metrics metrics, LongSupplier ofClients, LongSupplier toNodes) {
    metrics.showConnections("client", ofClients);
    metrics.showConnections("node", toNodes);
    ByteBufAllocatorMetric buffers =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    metrics.showBufferMemory("direct", buffers::usedDirectMemory);
    metrics.showBufferMemory("heap", buffers::usedHeapMemory);
  }
}
