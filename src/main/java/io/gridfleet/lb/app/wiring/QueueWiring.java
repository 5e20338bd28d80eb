package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.api.queue.DistributorQueue;
import io.gridfleet.lb.api.queue.QueueView;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.PlacementText;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.newsession.NewSessionRequest;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.session.TextBound;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.waiting.QueueEntry;
import io.gridfleet.lb.waiting.QueuePublication;
import io.gridfleet.lb.waiting.RemoteQueue;
import io.gridfleet.lb.waiting.RemoteRemovals;
import io.gridfleet.lb.waiting.RemoteRemovals.Outcome;
import io.gridfleet.lb.waiting.SharedQueue;
import io.gridfleet.lb.webdriver.WebDriverError;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue that people see: that of this replica, and those of the others if there can be any. A
 * single process writes and reads no row for it.
 */
final class QueueWiring {
  private static final Logger log = LoggerFactory.getLogger(QueueWiring.class);

  /** The interval of the sweep for missed signals and lost rows. */
  private static final Duration SWEEP = Duration.ofSeconds(10);

  /** A run's id is a UUID; a text that is none is only shown. */
  private static final int MAX_RUN = 64;

  private final SqlStore store;
  private final SharedQueue shared;
  private final Distributor distributor;
  private final DeviceHistoryWiring periods;
  private final Threads threads;
  private final boolean hasOthers;
  private final QueuePublication publication;
  private final RemoteQueue remote;
  private final RemoteRemovals removals;

  /**
   * Where it runs.
   *
   * @param views computes what is read
   * @param maintenance composes what is written
   */
  record Threads(ScheduledExecutorService timer, Executor views, ExecutorService maintenance) {}

  QueueWiring(
      SqlStore store, Distributor distributor, DeviceHistoryWiring periods, Threads threads) {
    this.store = store;
    this.shared = store.sharedQueue();
    this.distributor = distributor;
    this.periods = periods;
    this.threads = threads;
    this.hasOthers = store.signals().hasOthers();
    this.publication =
        new QueuePublication(
            shared,
            this::entries,
            new QueuePublication.Threads(threads.timer(), threads.maintenance(), System::nanoTime));
    this.remote = hasOthers ? new RemoteQueue(shared, System::nanoTime) : RemoteQueue.none();
    this.removals = new RemoteRemovals(shared, threads.timer());
  }

  private List<QueueEntry> entries(Collection<String> requests) {
    return distributor.waiting(requests).stream().map(this::entry).toList();
  }

  private QueueEntry entry(PlacementRequest placement) {
    QueueView.Labels labels = periods.labels().of(placement.request());
    return new QueueEntry(
        placement.request(),
        placement.turn().priority(),
        store.toStoreTime(placement.turn().arrival()),
        new QueueEntry.Asker(
            placement.quota().tenant(),
            labels.run().map(run -> run.substring(0, Math.min(run.length(), MAX_RUN))),
            labels.testName().map(TextBound.TEST_NAME::cut),
            labels.client()),
        PlacementText.write(placement),
        store.replicas().ownName());
  }

  /** The queue for the API. */
  QueueView view() {
    return new DistributorQueue(
        distributor,
        new DistributorQueue.Here(
            periods.labels()::of, periods::lengths, store.replicas().ownName()),
        new DistributorQueue.Remote(remote, this::removeElsewhere, store::toOwnTime),
        threads.views());
  }

  private CompletionStage<Outcome> removeElsewhere(String request, String why) {
    return hasOthers
        ? removals.remove(request, why)
        : CompletableFuture.completedStage(Outcome.NOT_WAITING);
  }

  /** Returns the listener that publishes the queue; one that does nothing in a single process. */
  NewSessionListener listener() {
    return hasOthers ? new Publisher() : new NewSessionListener() {};
  }

  private final class Publisher implements NewSessionListener {
    @Override
    public void queued(NewSessionRequest request) {
      publication.queued(request.id());
    }

    @Override
    public void placed(NewSessionRequest request, Device device, Duration waited) {
      publication.left(request.id());
    }

    @Override
    public void created(NewSessionRequest request, Session session, Duration took) {
      publication.left(request.id());
    }

    @Override
    public void refused(NewSessionRequest request, WebDriverError error, Duration took) {
      publication.left(request.id());
    }

    @Override
    public void clientLeft(NewSessionRequest request, Phase phase) {
      publication.left(request.id());
    }
  }

  /**
   * @param queueChanged called when the queue of another replica has changed
   */
  void start(Runnable queueChanged) {
    if (hasOthers) {
      store.signals().onSignal(signal -> received(signal, queueChanged));
      Timers.every(threads.timer(), SWEEP, "the sweep of published requests", this::sweep);
    }
  }

  private void received(FleetSignal signal, Runnable queueChanged) {
    if (signal instanceof FleetSignal.QueueChanged) {
      remote.changed();
      queueChanged.run();
    } else if (signal instanceof FleetSignal.RemovalRequested requested) {
      if (publication.knows(requested.request())) {
        takeRemovals();
      }
    } else if (signal instanceof FleetSignal.RemovalAnswered answered) {
      removals.answered(answered.request(), answered.removed());
    }
  }

  private void sweep() {
    if (publication.hasRows()) {
      publication.check();
      takeRemovals();
    }
  }

  private void takeRemovals() {
    Failures.log(
        shared
            .takeRemovals()
            .thenAccept(noted -> noted.forEach(this::remove))
            .exceptionally(
                failure -> {
                  log.debug("removals of waiting requests are read later", failure);
                  return null;
                }),
        "removals from the queue");
  }

  private void remove(SharedQueue.Removal removal) {
    boolean removed = distributor.remove(removal.request(), removal.why());
    store.signals().publish(new FleetSignal.RemovalAnswered(removal.request(), removed));
  }
}
