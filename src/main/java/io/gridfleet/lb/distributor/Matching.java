package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model: all seats, who waits, and which of them go together. A seat is only picked and counted
 * as taken here; picks are handed out, for their locks to be asked for later. Guarded by the
 * distributor's lock.
 */
final class Matching {
  private final Fleet fleet = new Fleet();
  private final WaitingLine line = new WaitingLine();
  private final RecentVerdicts recent = new RecentVerdicts();

  /**
   * A seat that is counted as taken for a request.
   *
   * @param candidate which of the order's questions it answers
   */
  record Pick(Waiter waiter, Device device, int candidate) {
    Question question() {
      return waiter.order().questions().get(candidate);
    }
  }

  Fleet fleet() {
    return fleet;
  }

  WaitingLine line() {
    return line;
  }

  /** Puts the questions of a request to all seats, or finds them answered. */
  void ask(Waiter waiter) {
    for (Question question : waiter.order().questions()) {
      waiter.audiences().add(line.audience(question, fleet.seats()));
    }
  }

  /** Why waiting is no use to the request; null while some device may serve it some time. */
  @Nullable Placement hopeless(Waiter waiter, Instant now) {
    boolean anyFits = false;
    for (Audience audience : waiter.audiences()) {
      for (int i = audience.fitting().nextSetBit(0);
          i >= 0;
          i = audience.fitting().nextSetBit(i + 1)) {
        anyFits = true;
        if (waiter.order().preference().failed().isEmpty() || waiter.accepts(fleet.at(i))) {
          return null;
        }
      }
    }
    Verdicts verdicts = verdicts(waiter.order(), now, new RecentVerdicts());
    return anyFits ? new Placement.NoneLeft(verdicts) : new Placement.NothingMatches(verdicts);
  }

  private boolean underQuota(Order.Quota quota) {
    return quota.mostSessions().isEmpty()
        || fleet.sessionsOf(quota.tenant()) < quota.mostSessions().getAsInt();
  }

  /** Finds a free seat for a request; false when there is none that it may have. */
  boolean pickFor(Waiter waiter, Instant now, Consumer<Pick> picked) {
    if (!underQuota(waiter.order().quota())) {
      return false;
    }
    for (int candidate = 0; candidate < waiter.audiences().size(); candidate++) {
      Seat seat = fleet.pick(waiter.audiences().get(candidate), waiter, now);
      if (seat != null) {
        take(waiter, seat, candidate, picked);
        return true;
      }
    }
    return false;
  }

  private void take(Waiter waiter, Seat seat, int candidate, Consumer<Pick> picked) {
    waiter.state(Waiter.State.TAKING);
    fleet.take(seat, waiter.order().quota().tenant());
    picked.accept(new Pick(waiter, seat.device(), candidate));
  }

  /** Gives a seat's free slots to those who wait for them. */
  void serve(Seat seat, Instant now, Consumer<Pick> picked) {
    fleet.changed(seat);
    while (seat.freeSlots() > 0) {
      Waiter next =
          line.first(
              audience -> audience.fits(seat) && seat.admits(audience.question(), now),
              waiter -> waiter.accepts(seat) && underQuota(waiter.order().quota()));
      if (next == null) {
        return;
      }
      line.leave(next);
      int candidate = 0;
      while (!next.audiences().get(candidate).fits(seat)
          || !seat.admits(next.audiences().get(candidate).question(), now)) {
        candidate++;
      }
      take(next, seat, candidate, picked);
    }
  }

  /** As {@link #serve}; a seat that has drained is forgotten instead. */
  void serveOrForget(Seat seat, Instant now, Consumer<Pick> picked) {
    if (seat.draining() && seat.empty()) {
      fleet.remove(seat);
      line.audiences().forEach(audience -> audience.forget(seat.index()));
    } else {
      serve(seat, now, picked);
    }
  }

  /** Notes that a slot is free; its tenant may have another session then. */
  void freed(Seat seat, int slot, Instant now, Consumer<Pick> picked) {
    String tenant = fleet.freed(seat.device().id(), slot);
    serveOrForget(seat, now, picked);
    if (tenant == null) {
      return;
    }
    for (Waiter waiter : line.ofTenant(tenant)) {
      if (!underQuota(waiter.order().quota())) {
        return;
      }
      if (waiter.state() == Waiter.State.WAITING && pickFor(waiter, now, picked)) {
        line.leave(waiter);
      }
    }
  }

  /** The store didn't give the lock: the slot isn't taken by us. */
  @Nullable Seat notTaken(Pick pick) {
    Seat seat = fleet.seat(pick.device().id());
    if (seat != null) {
      fleet.notTaken(seat, pick.waiter().order().quota().tenant());
    }
    return seat;
  }

  /** Looks again at which questions these devices answer. */
  void look(List<DeviceId> devices) {
    for (DeviceId device : devices) {
      Seat seat = fleet.seat(device);
      if (seat != null) {
        line.audiences().forEach(audience -> audience.look(seat));
      }
    }
  }

  /** What stands between the lab and a request, as it was told within the last second. */
  Verdicts verdicts(Order order, Instant now) {
    return verdicts(order, now, recent);
  }

  private Verdicts verdicts(Order order, Instant now, RecentVerdicts told) {
    Verdicts all = told.of(order, now, fleet.seats());
    return underQuota(order.quota())
        ? all
        : all.limitedTo(order.quota().mostSessions().orElseThrow());
  }

  /** Who waits, in order. */
  List<QueuedRequest> queue(Instant now) {
    List<QueuedRequest> queue = new ArrayList<>();
    RecentVerdicts told = new RecentVerdicts();
    for (Waiter waiter : line.all()) {
      queue.add(
          Inhibitors.queued(waiter, queue.size() + 1, verdicts(waiter.order(), now, told), now));
    }
    return queue;
  }
}
