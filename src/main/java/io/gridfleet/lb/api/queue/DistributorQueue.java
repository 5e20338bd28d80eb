package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.QueuedRequest;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.history.SessionLengths;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The distributor's queue.
 *
 * @param labels returns the labels of a request by its id
 * @param lengths the usual lengths of sessions
 */
public record DistributorQueue(
    Distributor distributor, Function<String, Labels> labels, Supplier<SessionLengths> lengths)
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
        report.estimate(place, lengths));
  }

  @Override
  public boolean remove(String request, String why) {
    return distributor.remove(request, why);
  }
}
