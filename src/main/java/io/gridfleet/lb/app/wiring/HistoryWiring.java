package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.Threads;
import io.gridfleet.lb.auth.Admission;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.history.HistoryConfig;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.OpenRequests;
import io.gridfleet.lb.history.RequestHistory;
import io.gridfleet.lb.history.RequestRecord;
import io.gridfleet.lb.history.RequestRow.ServedBy;
import io.gridfleet.lb.newsession.NewSessionListener;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history: what is recorded, when it is written, and when it is deleted. */
final class HistoryWiring {
  private static final Logger log = LoggerFactory.getLogger(HistoryWiring.class);

  /** How long a record waits for others of its batch. */
  private static final Duration TICK = Duration.ofMillis(200);

  /** How soon other replicas see what a request in progress does. */
  private static final Duration SNAPSHOT = Duration.ofMillis(500);

  private static final Duration MAINTENANCE = Duration.ofMinutes(1);

  private final HistoryConfig config;
  private final RequestHistory requests;
  private final HistoryWriter<RequestRecord> writer;
  private final OpenRequests open;
  private final DeviceHistoryWiring periods;

  HistoryWiring(
      HistoryConfig config,
      SqlStore store,
      Inventory inventory,
      HistoryWriter.DropListener dropped) {
    this.config = config;
    this.requests = store.requestHistory();
    this.writer =
        new HistoryWriter<>(
            requests, HistoryWriter.Room.standard(), RequestRecord::weight, dropped);
    ServedBy own = new ServedBy(store.replicas().own(), store.replicas().ownName());
    this.open = new OpenRequests(writer, own, store.time());
    this.periods = new DeviceHistoryWiring(config, store, inventory, dropped);
  }

  RequestHistory requests() {
    return requests;
  }

  OpenRequests open() {
    return open;
  }

  /** The history of devices. */
  DeviceHistoryWiring periods() {
    return periods;
  }

  /** Returns the listener that records requests; one that does nothing if nothing is recorded. */
  NewSessionListener recorder(Admission admission, SqlStore store) {
    return config.records()
        ? new RequestRecorder(
            open, admission, new RequestRecorder.StoreTime(store.time(), store::toStoreTime))
        : new NewSessionListener() {};
  }

  /**
   * @param elsewhere composes records, which takes too long for the timer
   */
  void start(ScheduledExecutorService timer, Executor elsewhere, Distributor distributor) {
    periods.start(timer, elsewhere, distributor);
    if (!config.records()) {
      return;
    }
    Threads.every(timer, TICK, writer::tick);
    Threads.every(timer, SNAPSHOT, () -> snapshot(elsewhere));
    Threads.every(timer, MAINTENANCE, this::maintain);
  }

  private void snapshot(Executor elsewhere) {
    try {
      elsewhere.execute(open::snapshot);
    } catch (RejectedExecutionException busy) {
      log.debug("the requests in progress are written later");
    }
  }

  private void maintain() {
    requests
        .endLost(open::isOpen)
        .thenCompose(lost -> requests.prune(config.keep(), config.most()))
        .whenComplete(
            (gone, failure) -> {
              if (failure != null) {
                log.debug("the history is pruned later", failure);
              }
            });
  }

  /** Writes what waits; before the store closes. */
  void close(Duration patience) {
    periods.close(patience);
    try {
      writer.close().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException unwritten) {
      log.warn("Records of the history not written: {}", writer.waiting());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
