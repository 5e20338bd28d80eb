package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.OtherLines.Ahead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Who goes before a request that could have a seat, and for how long the seat is left to them.
 *
 * <p>Owner: the distributor's lock. A seat that is left counts as having no free slot; it is left
 * in the seat itself and noted in {@link LeftSeats} with the time at which it is taken back, and
 * one timer is set for that time. Alone in a process without replicas this class does nothing: the
 * line is the order then.
 */
final class Precedence {
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

  private final Fleet fleet;
  private final WaitingLine line;
  private final OtherLines others;
  private final LeftSeats left = new LeftSeats();
  private final boolean hasOthers;

  /**
   * @param hasOthers whether there can be other replicas
   */
  Precedence(Fleet fleet, WaitingLine line, OtherLines others, boolean hasOthers) {
    this.fleet = fleet;
    this.line = line;
    this.others = others;
    this.hasOthers = hasOthers;
  }

  /**
   * Who goes before this request and wants the seat: on other replicas, and here if a lock is being
   * asked for that may be refused, because another replica was first.
   */
  Ahead ahead(Waiter waiter, Seat seat, Instant now) {
    if (!hasOthers) {
      return Ahead.NOBODY;
    }
    Ahead ahead = others.ahead(waiter, seat, now);
    return oursGoesBefore(waiter, seat, now)
        ? new Ahead(ahead.replicas() + 1, ahead.heard())
        : ahead;
  }

  private boolean oursGoesBefore(Waiter waiter, Seat seat, Instant now) {
    for (Waiter ours : line.asking().keySet()) {
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

  /**
   * Leaves a seat that got free just now to those who go before; one that has been free for longer
   * isn't wanted by them, which the store makes sure of when its lock is asked for.
   *
   * @return whether it is left to them
   */
  boolean leave(Seat seat, Ahead ahead, Instant now, Changes.Steps steps) {
    if (ahead.replicas() == 0 || seat.slots().freedAt().equals(Instant.MIN)) {
      return false;
    }
    Instant until = leftFrom(seat, ahead).plus(LEFT_FOR.multipliedBy(ahead.replicas()));
    if (!now.isBefore(until)) {
      return false;
    }
    seat.leftToOthers(true);
    fleet.changed(seat);
    if (left.leave(seat, until)) {
      steps.left(seat.device().id(), until);
    }
    return true;
  }

  private static Instant leftFrom(Seat seat, Ahead ahead) {
    Instant freed = seat.slots().freedAt();
    Instant last = freed.plus(LEFT_AGAIN_WITHIN);
    if (ahead.heard().isBefore(freed)) {
      return freed;
    }
    return ahead.heard().isBefore(last) ? ahead.heard() : last;
  }

  /**
   * Those who went before had their time with a seat.
   *
   * @return whether it is to be served now: it wasn't taken, nor left anew since
   */
  boolean takeBack(DeviceId device, Instant until) {
    Seat seat = fleet.seat(device);
    if (!left.isOver(device, until) || seat == null) {
      return false;
    }
    isLeftNoMore(seat);
    return true;
  }

  /** A slot of it was taken or freed: what it was left for has happened, or is to be asked anew. */
  void reset(Seat seat) {
    left.isTaken(seat.device().id());
    isLeftNoMore(seat);
  }

  private void isLeftNoMore(Seat seat) {
    seat.leftToOthers(false);
    fleet.changed(seat);
  }

  /** The devices whose seats are left, to be {@link #again looked at again}. */
  List<DeviceId> all() {
    return left.all();
  }

  /** Those who go before may be others now: a seat is free until it is left again. */
  void again(Seat seat) {
    isLeftNoMore(seat);
  }

  /** After that look: whatever isn't left any more is forgotten. */
  void settle(DeviceId device) {
    Seat seat = fleet.seat(device);
    if (seat == null || !seat.isLeftToOthers()) {
      left.isTaken(device);
    }
  }

  /** Each seat that is left is noted, so that a timer takes it back. */
  void verify() {
    for (Seat seat : fleet.seats()) {
      Invariant.holds(
          !seat.isLeftToOthers() || left.all().contains(seat.device().id()),
          "a seat is left to others for ever");
    }
  }
}
