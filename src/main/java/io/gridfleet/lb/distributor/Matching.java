package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.OtherLines.Ahead;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model: all seats, who waits, and which of them go together. A seat is only picked and counted
 * as taken here; picks are handed out, for their locks to be asked for later. Guarded by the
 * distributor's lock.
 */
final class Matching {
  /**
   * A device that somebody has waited longer for on another replica is left to it for so long after
   * it got free: what a signal and a lock take where processes stand still for a quarter of a
   * second, and little to lose when that replica is dead. Those behind it have their turn after as
   * long again.
   */
  static final Duration LEFT_FOR = Duration.ofMillis(400);

  /**
   * A replica that tells of another request meanwhile lives, and has as long again for that one;
   * not for longer than this, so that a device rests for a second at the most.
   */
  private static final Duration LEFT_AGAIN_WITHIN = Duration.ofMillis(600);

  private final Fleet fleet = new Fleet();
  private final WaitingLine line = new WaitingLine();
  private final OtherLines others = new OtherLines();
  private final OwnFronts fronts;
  private final LeftSeats left = new LeftSeats();
  private final TreeSet<Waiter> asking = new TreeSet<>();
  private final boolean hasOthers;

  /**
   * @param replica the id of this process, as others hear it
   * @param hasOthers whether there can be other replicas
   */
  Matching(String replica, boolean hasOthers) {
    this.hasOthers = hasOthers;
    this.fronts = new OwnFronts(replica);
  }

  /** What follows from a change, to be done when the lock is free again. */
  interface Result {
    /** The lock of a seat is to be asked for. */
    void picked(Pick pick);

    /**
     * A seat was left to requests that go before: to be {@link Matching#takeBack taken back} then.
     */
    void left(DeviceId device, Instant until);
  }

  /**
   * A seat that is counted as taken for a request.
   *
   * @param candidate which of the order's questions it answers
   * @param before how many replicas have a request that goes before; none of them may want the seat
   * @param timesFreed how often the seat had got free by then
   */
  record Pick(Waiter waiter, Device device, int candidate, int before, int timesFreed) {
    /** How long the slot must have been free. */
    Duration freeFor() {
      return LEFT_FOR.multipliedBy(before);
    }

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

  OtherLines others() {
    return others;
  }

  OwnFronts fronts() {
    return fronts;
  }

  void enter(Waiter waiter) {
    line.enter(waiter);
    waiter.everInLine(true);
    fronts.entered(waiter);
  }

  /** Says to other replicas what they don't know yet of who waits here. */
  void tellFronts(Consumer<FleetSignal> signals) {
    fronts.tell(waiter -> underQuota(waiter.order().quota()), signals);
  }

  /** Puts the questions of a request to all seats, or finds them answered. */
  void ask(Waiter waiter, Answers answers) {
    for (Question question : waiter.order().questions()) {
      waiter.audiences().add(line.join(question, fleet.seats(), answers));
    }
  }

  /** What nobody has asked yet of what a request asks, and of which devices. */
  Answers.Missing missing(Order order) {
    return new Answers.Missing(
        order.questions().stream().filter(question -> !line.knows(question)).distinct().toList(),
        fleet.seats().stream().map(Seat::device).toList());
  }

  /** How much work it is to ask what nobody has asked yet. */
  long workOf(Order order) {
    long work = 0;
    for (Question question : order.questions()) {
      work += line.knows(question) ? 0 : question.work();
    }
    return work * fleet.seats().size();
  }

  List<SeatState> states() {
    return fleet.seats().stream().map(Seat::state).toList();
  }

  QueueState queue() {
    return new QueueState(line.all().stream().map(this::waiting).toList(), states());
  }

  private QueueState.Waiting waiting(Waiter waiter) {
    return new QueueState.Waiting(
        waiter.order(),
        waiter.audiences().stream().map(audience -> (BitSet) audience.fitting().clone()).toList(),
        underQuota(waiter.order().quota()));
  }

  /** A request that has asked ends, out of the queue or from its place in it. */
  void ended(Waiter waiter) {
    if (waiter.state() == Waiter.State.WAITING) {
      line.leave(waiter);
    }
    waiter.state(Waiter.State.DONE);
    fronts.settled(waiter);
    waiter.audiences().forEach(line::part);
  }

  /** Why waiting is no use to a request. */
  enum Hopeless {
    NOTHING_FITS,
    ALL_FAILED
  }

  /** Why waiting is no use to the request; null while some device may serve it some time. */
  @Nullable Hopeless hopeless(Waiter waiter) {
    boolean anyFits = false;
    for (Audience audience : waiter.audiences()) {
      for (int i = audience.fitting().nextSetBit(0);
          i >= 0;
          i = audience.fitting().nextSetBit(i + 1)) {
        anyFits = true;
        if (waiter.accepts(fleet.at(i))) {
          return null;
        }
      }
    }
    return anyFits ? Hopeless.ALL_FAILED : Hopeless.NOTHING_FITS;
  }

  boolean underQuota(Quota quota) {
    return fleet.tenants().allows(quota);
  }

  /** Finds a free seat for a request; false when there is none that it may have. */
  boolean pickFor(Waiter waiter, Instant now, Result result) {
    if (!underQuota(waiter.order().quota())) {
      return false;
    }
    for (int candidate = 0; candidate < waiter.audiences().size(); candidate++) {
      Audience audience = waiter.audiences().get(candidate);
      Seat seat = fleet.pick(audience, waiter, now);
      while (seat != null) {
        Ahead ahead = ahead(waiter, seat, now);
        if (!leave(seat, ahead, now, result)) {
          take(waiter, seat, candidate, ahead, result);
          return true;
        }
        seat = fleet.pick(audience, waiter, now);
      }
    }
    return false;
  }

  /**
   * Who goes before this request and wants the seat: on other replicas, and here if a lock is being
   * asked for that may be refused, because another replica was first.
   */
  private Ahead ahead(Waiter waiter, Seat seat, Instant now) {
    if (!hasOthers) {
      return Ahead.NOBODY;
    }
    Ahead ahead = others.ahead(waiter, seat, now);
    return oursGoesBefore(waiter, seat, now)
        ? new Ahead(ahead.replicas() + 1, ahead.heard())
        : ahead;
  }

  private boolean oursGoesBefore(Waiter waiter, Seat seat, Instant now) {
    for (Waiter ours : asking) {
      if (!ours.order().turn().isWellBefore(waiter.order().turn())) {
        return false;
      }
      if (ours.accepts(seat)
          && ours.audiences().stream()
              .anyMatch(it -> it.fits(seat) && seat.admits(it.question(), now))) {
        return true;
      }
    }
    return false;
  }

  private void take(Waiter waiter, Seat seat, int candidate, Ahead ahead, Result result) {
    waiter.state(Waiter.State.TAKING);
    asking.add(waiter);
    if (waiter.everInLine()) {
      waiter.audiences().forEach(audience -> audience.asking().add(waiter));
    }
    fleet.take(seat, waiter.order().quota().tenant());
    result.picked(new Pick(waiter, seat.device(), candidate, ahead.replicas(), seat.timesFreed()));
  }

  /** A request whose lock was asked for has its answer: it keeps nobody waiting any more. */
  void answered(Waiter waiter) {
    asking.remove(waiter);
    waiter.audiences().forEach(audience -> audience.asking().remove(waiter));
  }

  /**
   * Leaves a seat that got free just now to those who go before; one that has been free for longer
   * isn't wanted by them, which the store makes sure of when its lock is asked for.
   */
  private boolean leave(Seat seat, Ahead ahead, Instant now, Result result) {
    if (ahead.replicas() == 0 || seat.freedAt().equals(Instant.MIN)) {
      return false;
    }
    Instant until = leftFrom(seat, ahead).plus(LEFT_FOR.multipliedBy(ahead.replicas()));
    if (!now.isBefore(until)) {
      return false;
    }
    seat.leftToOthers(true);
    fleet.changed(seat);
    if (left.leave(seat, until)) {
      result.left(seat.device().id(), until);
    }
    return true;
  }

  private static Instant leftFrom(Seat seat, Ahead ahead) {
    Instant freed = seat.freedAt();
    Instant last = freed.plus(LEFT_AGAIN_WITHIN);
    if (ahead.heard().isBefore(freed)) {
      return freed;
    }
    return ahead.heard().isBefore(last) ? ahead.heard() : last;
  }

  /** Those who went before ours had their time with a seat. */
  void takeBack(DeviceId device, Instant until, Result result) {
    Seat seat = fleet.seat(device);
    if (left.isOver(device, until) && seat != null) {
      isLeftNoMore(seat);
      serve(seat, until, result);
    }
  }

  /** Another replica has taken a slot. */
  void takenElsewhere(Seat seat, FleetSignal.Taken taken, Instant now) {
    left.isTaken(seat.device().id());
    if (seat.takenElsewhere(taken.slot(), taken.token(), now)) {
      DeviceLock lock = new DeviceLock(taken.device(), taken.slot(), "", taken.token());
      taken.tenant().ifPresent(tenant -> adopt(lock, tenant));
    }
    isLeftNoMore(seat);
  }

  private void adopt(DeviceLock lock, String tenant) {
    fleet.tenants().adopt(lock, tenant);
    mayHaveFewer(tenant);
  }

  /** Those who are told to wait first may have to let others go before them. */
  private void mayHaveFewer(String tenant) {
    Collection<Waiter> waiters = line.ofTenant(tenant);
    if (waiters.stream().limit(1).anyMatch(any -> !underQuota(any.order().quota()))) {
      waiters.forEach(waiter -> fronts.look(waiter.audiences()));
    }
  }

  /** The store said that the tenant of a request has as many sessions as it may. */
  void foundFull(Waiter waiter) {
    String tenant = waiter.order().quota().tenant();
    fleet.tenants().foundFull(tenant);
    mayHaveFewer(tenant);
  }

  /** What the store said of tenants may not hold any more. */
  void doubtFull() {
    fleet.tenants().doubt();
  }

  /** Looks again at what was left to those who go before, when they may be others now. */
  void serveLeft(Instant now, Result result) {
    for (DeviceId device : left.all()) {
      Seat seat = fleet.seat(device);
      if (seat != null) {
        isLeftNoMore(seat);
        serve(seat, now, result);
      }
      if (seat == null || !seat.isLeftToOthers()) {
        left.isTaken(device);
      }
    }
  }

  private void isLeftNoMore(Seat seat) {
    seat.leftToOthers(false);
    fleet.changed(seat);
  }

  /**
   * Gives a seat's free slots to those who wait for them, if nobody has waited longer on another
   * replica.
   */
  void serve(Seat seat, Instant now, Result result) {
    fleet.changed(seat);
    while (seat.freeSlots() > 0) {
      Waiter next =
          line.first(
              audience -> audience.fits(seat) && seat.admits(audience.question(), now),
              waiter -> waiter.accepts(seat) && underQuota(waiter.order().quota()));
      if (next == null) {
        return;
      }
      Ahead ahead = ahead(next, seat, now);
      if (leave(seat, ahead, now, result)) {
        return;
      }
      line.leave(next);
      int candidate = 0;
      while (!next.audiences().get(candidate).fits(seat)
          || !seat.admits(next.audiences().get(candidate).question(), now)) {
        candidate++;
      }
      take(next, seat, candidate, ahead, result);
    }
  }

  /** As {@link #serve}; a seat that has drained is forgotten instead. */
  void serveOrForget(Seat seat, Instant now, Result result) {
    if (seat.draining() && seat.empty()) {
      fleet.remove(seat);
      line.audiences().forEach(audience -> audience.forget(seat.index()));
    } else {
      serve(seat, now, result);
    }
  }

  /** Notes that a slot is free; its tenant may have another session then. */
  void freed(Seat seat, int slot, long token, Instant now, Result result) {
    left.isTaken(seat.device().id());
    isLeftNoMore(seat);
    seat.freed(slot, token, now);
    fleet.tenants().freed(seat.device().id(), slot, token);
    serveOrForget(seat, now, result);
  }

  /** Gives what is free to tenants that a change has left with fewer sessions. */
  void serveTenants(Instant now, Result result) {
    fleet.tenants().mayHaveMore().forEach(tenant -> serveTenant(tenant, now, result));
  }

  private void serveTenant(String tenant, Instant now, Result result) {
    for (Waiter waiter : line.ofTenant(tenant)) {
      if (!underQuota(waiter.order().quota())) {
        return;
      }
      fronts.look(waiter.audiences());
      if (waiter.state() == Waiter.State.WAITING
          && fleet.anyFree()
          && pickFor(waiter, now, result)) {
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
  void look(List<DeviceId> devices, Answers answers) {
    List<Seat> seats = devices.stream().map(fleet::seat).filter(Objects::nonNull).toList();
    line.dropIdle();
    line.audiences().forEach(audience -> audience.look(seats, answers));
  }
}
