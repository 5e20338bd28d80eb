package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.PlacementText;
import io.gridfleet.lb.distributor.explain.QueueReport;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.waiting.QueueEntry;
import io.gridfleet.lb.waiting.RemoteQueue;
import io.gridfleet.lb.waiting.RemoteRemovals.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The distributor's queue, with the requests of other replicas in their places: all replicas know
 * all devices, so each computes why every request waits.
 *
 * @param executor computes the report where there are other replicas: their requests may become
 *     known on a thread of the store
 */
public record DistributorQueue(Distributor distributor, Here here, Remote remote, Executor executor)
    implements QueueView {

  /**
   * What is known of requests of this replica.
   *
   * @param labels returns the labels of a request by its id
   * @param lengths the usual lengths of sessions
   * @param name the name of this replica
   */
  public record Here(
      Function<String, Labels> labels, Supplier<SessionLengths> lengths, String name) {}

  /**
   * The requests of other replicas.
   *
   * @param remove removes a request of another replica, with the sentence for its client
   * @param toOwnTime converts a time of the store's clock to that of this process
   */
  public record Remote(
      RemoteQueue queue,
      BiFunction<String, String, CompletionStage<Outcome>> remove,
      UnaryOperator<Instant> toOwnTime) {}

  /** Creates the queue of a process without other replicas. */
  public DistributorQueue(Distributor distributor, Here here) {
    this(
        distributor,
        here,
        new Remote(
            RemoteQueue.none(),
            (request, why) -> CompletableFuture.completedStage(Outcome.NOT_WAITING),
            UnaryOperator.identity()),
        Runnable::run);
  }

  @Override
  public CompletionStage<Listed> waiting() {
    CompletionStage<RemoteQueue.View> view = remote.queue().view();
    return remote.queue().isNone()
        ? view.thenApply(this::listed)
        : view.thenApplyAsync(this::listed, executor);
  }

  private Listed listed(RemoteQueue.View view) {
    Map<String, QueueEntry> entries = new HashMap<>();
    PlacementText text = new PlacementText();
    List<PlacementRequest> placements = new ArrayList<>();
    for (QueueEntry entry : view.entries()) {
      entries.put(entry.request(), entry);
      placements.add(placement(entry, text));
    }
    QueueReport report = distributor.report(placements);
    return new Listed(
        IntStream.range(0, report.size())
            .mapToObj(place -> waiting(report, place, entries))
            .toList(),
        view.complete());
  }

  private PlacementRequest placement(QueueEntry entry, PlacementText text) {
    return text.read(
        entry.request(),
        entry.asks(),
        new PlacementRequest.QueuePosition(
            entry.priority(), remote.toOwnTime().apply(entry.arrived()), 0),
        entry.asker().tenant());
  }

  private Waiting waiting(QueueReport report, int place, Map<String, QueueEntry> entries) {
    PlacementRequest request = report.placement(place);
    QueueEntry entry = entries.get(request.request());
    return new Waiting(
        place + 1,
        request.request(),
        new Asker(
            request.quota().tenant(),
            request.turn().priority(),
            entry == null ? here.name() : entry.replica()),
        report.age(place),
        () ->
            new Subject(
                report.selector(place),
                entry == null ? here.labels().apply(request.request()) : labels(entry.asker())),
        () -> reason(report, place));
  }

  private Reason reason(QueueReport report, int place) {
    return new Reason(
        report.request(place).waitsFor(),
        report.fitting(place),
        report.ahead(place),
        report.estimate(place, here.lengths()));
  }

  private static Labels labels(QueueEntry.Asker asker) {
    return new Labels(asker.run(), asker.testName(), asker.client());
  }

  @Override
  public CompletionStage<Outcome> remove(String request, String why) {
    return distributor.remove(request, why)
        ? CompletableFuture.completedStage(Outcome.REMOVED)
        : remote.remove().apply(request, why);
  }
}
