package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Inhibitor;
import io.gridfleet.lb.device.Inventory;
import io.gridfleet.lb.distributor.DeviceView;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.history.DeviceHistory;
import io.gridfleet.lb.history.DevicePeriod.NamedDevice;
import io.gridfleet.lb.history.DevicePeriod.Who;
import io.gridfleet.lb.history.HistoryConfig;
import io.gridfleet.lb.history.HistoryWriter;
import io.gridfleet.lb.history.PeriodChange;
import io.gridfleet.lb.history.SessionLengths;
import io.gridfleet.lb.store.sql.SqlStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The history of devices: what records it, when it is written, repaired and pruned. */
final class DeviceHistoryWiring {
  private static final Logger log = LoggerFactory.getLogger(DeviceHistoryWiring.class);

  /** How long a change waits for others of its batch. */
  private static final Duration TICK = Duration.ofMillis(200);

  /** The begin and the end of a session that are in one batch are written as one row. */
  private static final int MAX_BATCH = 1_000;

  /** Estimates of waits are of minutes: a session that ended just now changes little. */
  private static final Duration LENGTHS = Duration.ofSeconds(10);

  /** The sessions from which the usual lengths are taken, of all devices. */
  private static final int MAX_LENGTHS = 5_000;

  private static final Duration MAINTENANCE = Duration.ofMinutes(1);

  private final HistoryConfig config;
  private final DeviceHistory devices;
  private final HistoryWriter<PeriodChange> writer;
  private final RequestLabels labels = new RequestLabels();
  private final DeviceRecorder recorder;
  private volatile SessionLengths lengths = SessionLengths.NONE;

  DeviceHistoryWiring(
      HistoryConfig config,
      SqlStore store,
      Inventory inventory,
      HistoryWriter.DropListener dropped) {
    this.config = config;
    this.devices = store.deviceHistory();
    this.writer =
        new HistoryWriter<>(
            devices,
            HistoryWriter.Room.standard().batchesOf(MAX_BATCH),
            PeriodChange::weight,
            dropped);
    this.recorder = new DeviceRecorder(this::record, inventory, store.time(), this::owner);
  }

  private void record(PeriodChange change) {
    if (config.records()) {
      writer.offer(change);
    }
  }

  private Who owner(String request) {
    return new Who(
        Optional.empty(), Optional.empty(), labels.of(request).run(), labels.tenantOf(request));
  }

  DeviceHistory devices() {
    return devices;
  }

  RequestLabels labels() {
    return labels;
  }

  /** Returns the usual lengths of sessions, as of some seconds ago. */
  SessionLengths lengths() {
    return lengths;
  }

  DeviceRecorder recorder() {
    return recorder;
  }

  /**
   * @param elsewhere reads every device, which takes too long for the timer
   */
  void start(ScheduledExecutorService timer, Executor elsewhere, Distributor distributor) {
    if (!config.records()) {
      return;
    }
    Timers.every(timer, TICK, "writing the history of devices", writer::tick);
    readLengths();
    Timers.every(timer, LENGTHS, "reading the lengths of sessions", this::readLengths);
    Timers.every(
        timer,
        MAINTENANCE,
        "the maintenance of the history of devices",
        () -> maintain(elsewhere, distributor));
  }

  /** On a thread of the store; without an answer the previous ones stay. */
  private void readLengths() {
    Failures.log(
        devices
            .ended(MAX_LENGTHS)
            .handle(
                (found, failure) -> {
                  if (failure == null) {
                    lengths = SessionLengths.of(found);
                  } else {
                    log.debug("the lengths of sessions are read later", failure);
                  }
                  return null;
                }),
        "reading the lengths of sessions");
  }

  private void maintain(Executor elsewhere, Distributor distributor) {
    try {
      elsewhere.execute(() -> prune(offline(distributor)));
    } catch (RejectedExecutionException busy) {
      log.debug("the history of devices is pruned later");
    }
  }

  private void prune(List<DeviceHistory.Offline> offline) {
    Failures.log(
        devices
            .reconcile(offline)
            .thenCompose(ended -> devices.prune(config.keep(), config.most()))
            .exceptionally(
                failure -> {
                  log.debug("the history of devices is pruned later", failure);
                  return null;
                }),
        "the maintenance of the history of devices");
  }

  private static List<DeviceHistory.Offline> offline(Distributor distributor) {
    List<DeviceHistory.Offline> offline = new ArrayList<>();
    for (DeviceView each : distributor.states()) {
      each.inhibitors().stream()
          .filter(found -> found.kind() == Inhibitor.Kind.OFFLINE)
          .findFirst()
          .map(found -> new DeviceHistory.Offline(named(each.device()), found.detail()))
          .ifPresent(offline::add);
    }
    return offline;
  }

  private static NamedDevice named(Device device) {
    return new NamedDevice(device.id(), device.name(), device.platform());
  }

  /** Writes what waits; before the store closes. */
  void close(Duration patience) {
    try {
      writer.close().toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException unwritten) {
      log.warn("Records of devices not written: {}", writer.waiting());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
