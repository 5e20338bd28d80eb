package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.QueuedRequest;
import io.gridfleet.lb.distributor.WaitEstimate;
import io.gridfleet.lb.distributor.explain.QueueReport;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The distributor's queue.
 *
 * @param labels returns the labels of a request by its id
 */
public record DistributorQueue(Distributor distributor, Function<String, Labels> labels)
    implements QueueView {
  @Override
  public List<Waiting> waiting() {
    QueueReport report = distributor.report();
    return IntStream.range(0, report.size()).mapToObj(place -> waiting(report, place)).toList();
  }

  private Waiting waiting(QueueReport report, int place) {
    PlacementRequest request = report.placement(place);
    return new Waiting(
        place + 1,
        request.request(),
        new Asker(request.quota().tenant(), request.turn().priority()),
        report.age(place),
        () -> reason(report, place));
  }

  private Reason reason(QueueReport report, int place) {
    QueuedRequest queued = report.request(place);
    return new Reason(
        queued.selector(),
        queued.waitsFor(),
        labels.apply(queued.request()),
        report.fitting(place),
        report.ahead(place),
        new WaitEstimate.Unknown("Estimates are not available yet"));
  }

  @Override
  public boolean remove(String request, String why) {
    return distributor.remove(request, why);
  }
}
