package io.gridfleet.lb.app.wiring;

import io.gridfleet.lb.app.lab.LabState;
import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.device.AvoidedDevice;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.ReplicaSignals;
import io.gridfleet.lb.store.sql.SqlStore;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the changes of other replicas: at once on their signals, and by a slow sweep for missed
 * signals.
 */
final class SignalConsumer {
  private static final Logger log = LoggerFactory.getLogger(SignalConsumer.class);

  private final SqlStore store;
  private final ReplicaSignals others;
  private final FleetUpdates updates;
  private final LabState lab;
  private final SuiteWiring suites;
  private final SessionsHere sessions;
  private Set<DeviceId> avoided = Set.of();

  /**
   * The state that this replica keeps of sessions.
   *
   * @param withSockets those that have open sockets
   * @param ended drops what is kept of one that another replica has ended
   */
  record SessionsHere(Supplier<Set<SessionId>> withSockets, Consumer<SessionId> ended) {}

  SignalConsumer(
      SqlStore store,
      FleetUpdates updates,
      ReplicaSignals others,
      LabState lab,
      SuiteWiring suites,
      SessionsHere sessions) {
    this.store = store;
    this.others = others;
    this.updates = updates;
    this.lab = lab;
    this.suites = suites;
    this.sessions = sessions;
  }

  void listen() {
    store.signals().onSignal(this::received);
    store.signals().publish(new FleetSignal.WhoWaits());
  }

  private void received(FleetSignal signal) {
    if (signal instanceof FleetSignal.AvoidanceChanged) {
      announced(reloadAvoided());
    } else if (signal instanceof FleetSignal.ReservationsChanged) {
      announced(reloadReservations());
    } else if (signal instanceof FleetSignal.OverridesChanged) {
      announced(reloadOverrides());
    } else if (signal instanceof FleetSignal.Happened happened) {
      suites.shared().received(happened);
    } else if (signal instanceof FleetSignal.SessionEnded ended) {
      SessionId.parse(ended.session()).ifPresent(sessions.ended());
    } else {
      others.received(signal);
    }
  }

  /** The event that caused the signal may have arrived before its change is known here. */
  private void announced(CompletionStage<Void> applied) {
    Failures.log(
        applied.thenRun(suites.events()::devicesChangedHere), "the event of a change elsewhere");
  }

  /** Publishes that the store has recorded that a device is avoided, or isn't any more. */
  void avoidanceChangedHere(DeviceId device, boolean isAvoided) {
    synchronized (this) {
      Set<DeviceId> all = new HashSet<>(avoided);
      if (isAvoided) {
        all.add(device);
      } else {
        all.remove(device);
      }
      avoided = Set.copyOf(all);
    }
    store.signals().committed(new FleetSignal.AvoidanceChanged(device));
  }

  /** Publishes that a device isn't avoided any more because its time is over. */
  void avoidanceExpiredHere(DeviceId device) {
    store.signals().publish(new FleetSignal.AvoidanceChanged(device));
  }

  /**
   * Reads everything: at the start, and periodically afterwards.
   *
   * @return completes when all is read; normally, too, if the store failed
   */
  CompletionStage<Void> sweep() {
    others.repeat();
    long query = updates.lockQueryStarted();
    Set<SessionId> withSockets = sessions.withSockets().get();
    CompletionStage<Void> locks =
        logFailure(
            store
                .deviceLocks()
                .held()
                .thenAccept(
                    held -> {
                      updates.locks(query, held);
                      endBut(withSockets, held);
                    }));
    return CompletableFuture.allOf(
        Stream.of(locks, reloadAvoided(), reloadOverrides(), reloadReservations())
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new));
  }

  /**
   * Ends here what has ended elsewhere without a received signal: a live session holds a lock.
   *
   * @param known the sessions as they were before the locks were read
   */
  private void endBut(Set<SessionId> known, List<HeldLock> held) {
    if (known.isEmpty()) {
      return;
    }
    Set<String> live = new HashSet<>();
    for (HeldLock each : held) {
      if (each.kind() == HeldLock.Kind.SESSION) {
        live.add(each.lock().holder());
      }
    }
    known.stream().filter(id -> !live.contains(id.value())).forEach(sessions.ended());
  }

  /** As the other two: a failure is logged here, and the next sweep reads again. */
  private CompletionStage<Void> reloadAvoided() {
    return logFailure(store.avoidedDevices().all().thenAccept(this::avoidedAre));
  }

  private synchronized void avoidedAre(List<AvoidedDevice> all) {
    Set<DeviceId> now = new HashSet<>();
    all.forEach(
        entry -> {
          now.add(entry.device());
          updates.avoided(entry);
        });
    avoided.stream().filter(device -> !now.contains(device)).forEach(updates::avoidanceEnded);
    avoided = Set.copyOf(now);
  }

  private CompletionStage<Void> reloadOverrides() {
    return logFailure(store.deviceOverrides().all().thenAccept(lab::overridden));
  }

  private CompletionStage<Void> reloadReservations() {
    return logFailure(suites.reload().thenAccept(done -> {}));
  }

  private static CompletionStage<Void> logFailure(CompletionStage<Void> facts) {
    return facts.exceptionally(
        failure -> {
          log.warn("the store's facts can't be read now: {}", failure.toString());
          return null;
        });
  }
}
