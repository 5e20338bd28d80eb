package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.QueuedRequest;
import java.util.List;

/** The distributor's queue. */
public record DistributorQueue(Distributor distributor) implements QueueView {
  @Override
  public List<Waiting> waiting() {
    return distributor.queue().stream().map(DistributorQueue::waiting).toList();
  }

  private static Waiting waiting(QueuedRequest queued) {
    return new Waiting(
        queued.position(),
        queued.request(),
        new Asker(queued.tenant(), queued.priority()),
        queued.age(),
        queued.selector(),
        queued.waitsFor());
  }

  @Override
  public boolean remove(String request, String why) {
    return distributor.remove(request, why);
  }
}
