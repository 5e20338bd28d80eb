package io.gridfleet.lb.distributor.replay;

import io.gridfleet.lb.auth.Tenant;
import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.Distributor;
import io.gridfleet.lb.distributor.FleetUpdates;
import io.gridfleet.lb.distributor.LockKeeper;
import io.gridfleet.lb.distributor.PickStrategy;
import io.gridfleet.lb.distributor.Placement;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.history.RecordedTraffic;
import io.gridfleet.lb.history.RecordedTraffic.Use;
import io.gridfleet.lb.selector.Selector;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One replay: recorded requests arrive at a distributor of its own, on a virtual clock, and hold
 * the devices that they get for as long as recorded. Maintenance, offline devices and reservations
 * are replayed; failures are not. Used once, by one thread.
 */
final class LabReplay {
  /** Longer than any replay: waits are ended here, because the distributor would explain each. */
  private static final Duration ENDLESS = Duration.ofDays(3_650);

  /** Their fitting devices are a bit each: 50 MB for 10 000 devices of a replay. */
  private static final int MAX_QUESTIONS = 40_000;

  private static final Placement OUT_OF_TIME = new Placement.Removed("its time is over");
  private static final Placement LEFT = new Placement.Removed("its client left");

  private final ReplayedTraffic traffic;
  private final List<Device> devices;
  private final Function<String, Optional<Tenant>> tenants;
  private final Observer observer;
  private final ReplayClock clock;
  private final ReplayLocks locks = new ReplayLocks();
  private final Distributor distributor;
  private final FleetUpdates updates;
  private final UnaryOperator<List<Question>> merging;

  /** Why each device is out of service: maintenance and offline may overlap. */
  private final Map<DeviceId, Integer> outages = new HashMap<>();

  private final List<Duration> waits = new ArrayList<>();
  private int refused;
  private int left;
  private long number;

  /** Is called for each request that has to wait, when it enters the queue. */
  @FunctionalInterface
  interface Observer {
    void queued(String request, Distributor distributor, Instant now);
  }

  /**
   * @param tenants the limits of a tenant; empty for one that has none
   */
  LabReplay(
      ReplayedTraffic traffic,
      List<Device> devices,
      Function<String, Optional<Tenant>> tenants,
      Observer observer) {
    this(traffic, devices, tenants, observer, new MergedQuestions(devices));
  }

  /**
   * @param merging returns the questions to ask in place of those of a request; none if no device
   *     fits
   */
  LabReplay(
      ReplayedTraffic traffic,
      List<Device> devices,
      Function<String, Optional<Tenant>> tenants,
      Observer observer,
      UnaryOperator<List<Question>> merging) {
    this.traffic = traffic;
    this.devices = List.copyOf(devices);
    this.tenants = tenants;
    this.observer = observer;
    this.clock = new ReplayClock(traffic.time().from());
    this.distributor =
        new Distributor(new LockKeeper(locks, ENDLESS, clock::nanoTime), clock, clock);
    this.distributor.keepUnusedQuestions(MAX_QUESTIONS);
    this.updates = new FleetUpdates(distributor);
    this.merging = merging;
  }

  /**
   * Runs it.
   *
   * @param checkEnd called before each event; throws to end the replay
   */
  ReplayResult run(Runnable checkEnd) {
    updates.inventory(devices);
    Map<DeviceId, Device> known = new HashMap<>();
    devices.forEach(device -> known.put(device.id(), device));
    for (Use use : traffic.uses()) {
      if (known.containsKey(use.device())) {
        schedule(use);
      }
    }
    traffic.liveAtStart().forEach(use -> holdFromStart(use, known.get(use.device())));
    for (Arrival arrival : traffic.arrivals()) {
      clock.at(arrival.request().arrived(), () -> arrive(arrival));
    }
    do {
      checkEnd.run();
    } while (clock.runNext());
    return new ReplayResult(waits, refused, left);
  }

  private void schedule(Use use) {
    switch (use.kind()) {
      case MAINTENANCE, OFFLINE -> {
        clock.at(use.began(), () -> outage(use.device(), 1));
        use.ended().ifPresent(end -> clock.at(end, () -> outage(use.device(), -1)));
      }
      case RESERVATION -> {
        clock.at(use.began(), () -> updates.reserved(use.device(), use.run(), Optional.empty()));
        use.ended()
            .ifPresent(
                end ->
                    clock.at(
                        end,
                        () -> updates.reserved(use.device(), Optional.empty(), Optional.empty())));
      }
      default -> {}
    }
  }

  private void outage(DeviceId device, int change) {
    int now = outages.merge(device, change, Integer::sum);
    updates.maintenance(device, now > 0 ? Optional.of("as recorded") : Optional.empty());
  }

  private void holdFromStart(Use use, @Nullable Device device) {
    if (device == null) {
      return;
    }
    locks
        .take(device.id(), device.slots(), use.session().orElse(""))
        .ifPresent(
            lock -> {
              updates.held(
                  new HeldLock(lock, HeldLock.Kind.SESSION, use.began(), Optional.empty()));
              clock.at(use.ended().orElse(traffic.time().to()), () -> release(lock));
            });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // never fails: the locks are in memory
  private void release(DeviceLock lock) {
    distributor.release(lock);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // completes on this thread
  private void arrive(Arrival arrival) {
    PlacementRequest request = request(arrival);
    if (request.questions().isEmpty()) {
      refused++;
      return;
    }
    Instant now = clock.instant();
    Distributor.Wait wait = distributor.place(request, ENDLESS);
    wait.outcome().thenAccept(placement -> ended(arrival, now, placement));
    if (!wait.outcome().toCompletableFuture().isDone()) {
      observer.queued(request.request(), distributor, now);
      endLater(arrival, wait);
    }
  }

  private void ended(Arrival arrival, Instant arrived, Placement placement) {
    if (placement instanceof Placement.Placed placed) {
      waits.add(Duration.between(arrived, clock.instant()));
      clock.after(traffic.held(arrival), () -> release(placed.lock()));
    } else if (placement.equals(LEFT)) {
      left++;
    } else {
      refused++;
    }
  }

  /** Ends the wait unless it has ended by then. */
  private void endLater(Arrival arrival, Distributor.Wait wait) {
    Duration patience = arrival.request().terms().patience();
    Optional<Duration> leaves = arrival.leaves().filter(after -> after.compareTo(patience) < 0);
    clock.after(leaves.orElse(patience), () -> wait.end(leaves.isPresent() ? LEFT : OUT_OF_TIME));
  }

  private PlacementRequest request(Arrival arrival) {
    RecordedTraffic.Request recorded = arrival.request();
    Optional<Tenant> tenant = tenants.apply(recorded.owner().tenant());
    Selector allowed = tenant.map(Tenant::devices).orElseGet(Selector::everything);
    List<Question> questions =
        arrival.candidates().stream()
            .map(
                selector ->
                    new Question(selector, allowed, recorded.owner().run(), Optional.empty()))
            .toList();
    return new PlacementRequest(
        recorded.id(),
        merging.apply(questions),
        new PlacementRequest.QueuePosition(recorded.terms().priority(), clock.instant(), ++number),
        new PlacementRequest.Preference(PickStrategy.RANKED, true, Set.of()),
        new Quota(
            recorded.owner().tenant(),
            tenant.map(Tenant::maxSessions).orElseGet(OptionalInt::empty)));
  }
}
