package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.RemoteHeads.Ahead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Who goes before a request that could have a seat, and for how long the seat is left to them.
 *
 * <p>Owner: the distributor's lock. A seat that is left counts as having no free slot; it is left
 * in the seat itself and noted in {@link YieldedDevices} with the time at which it is taken back,
 * and one timer is set for that time. Alone in a process without replicas this class does nothing:
 * the line is the order then.
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

  private final SlotTable fleet;
  private final WaitingRequests line;
  private final RemoteHeads others;
  private final YieldedDevices left = new YieldedDevices();
  private final boolean hasOthers;

  /**
   * @param hasOthers whether there can be other replicas
   */
  Precedence(SlotTable fleet, WaitingRequests line, RemoteHeads others, boolean hasOthers) {
    this.fleet = fleet;
    this.line = line;
    this.others = others;
    this.hasOthers = hasOthers;
  }

  /**
   * Who goes before this request and wants the seat: on other replicas, and here if a lock is being
   * asked for that may be refused, because another replica was first.
   */
  Ahead ahead(Waiter waiter, DeviceState state, Instant now) {
    if (!hasOthers) {
      return Ahead.NOBODY;
    }
    Ahead ahead = others.ahead(waiter, state, now);
    return oursGoesBefore(waiter, state, now)
        ? new Ahead(ahead.replicas() + 1, ahead.received())
        : ahead;
  }

  private boolean oursGoesBefore(Waiter waiter, DeviceState state, Instant now) {
    for (Waiter ours : line.asking().keySet()) {
      if (!ours.placement().turn().isWellBefore(waiter.placement().turn())) {
        return false;
      }
      if (ours.accepts(state)
          && ours.audiences().stream()
              .anyMatch(it -> it.fits(state) && state.admits(it.question(), now))) {
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
  boolean leave(DeviceState state, Ahead ahead, Instant now, ModelLock.Effects steps) {
    if (ahead.replicas() == 0 || state.slots().freedAt().equals(Instant.MIN)) {
      return false;
    }
    Instant until = leftFrom(state, ahead).plus(LEFT_FOR.multipliedBy(ahead.replicas()));
    if (!now.isBefore(until)) {
      return false;
    }
    state.leftToOthers(true);
    fleet.changed(state);
    if (left.yieldTo(state, until)) {
      steps.left(state.device().id(), until);
    }
    return true;
  }

  private static Instant leftFrom(DeviceState state, Ahead ahead) {
    Instant freed = state.slots().freedAt();
    Instant last = freed.plus(LEFT_AGAIN_WITHIN);
    if (ahead.received().isBefore(freed)) {
      return freed;
    }
    return ahead.received().isBefore(last) ? ahead.received() : last;
  }

  /**
   * Those who went before had their time with a seat.
   *
   * @return whether it is to be served now: it wasn't taken, nor left anew since
   */
  boolean takeBack(DeviceId device, Instant until) {
    DeviceState state = fleet.state(device);
    if (!left.isOver(device, until) || state == null) {
      return false;
    }
    isLeftNoMore(state);
    return true;
  }

  /** A slot of it was taken or freed: what it was left for has happened, or is to be asked anew. */
  void reset(DeviceState state) {
    left.isTaken(state.device().id());
    isLeftNoMore(state);
  }

  private void isLeftNoMore(DeviceState state) {
    state.leftToOthers(false);
    fleet.changed(state);
  }

  /** The devices whose seats are left, to be {@link #again looked at again}. */
  List<DeviceId> all() {
    return left.all();
  }

  /** Those who go before may be others now: a seat is free until it is left again. */
  void again(DeviceState state) {
    isLeftNoMore(state);
  }

  /** After that look: whatever isn't left any more is forgotten. */
  void settle(DeviceId device) {
    DeviceState state = fleet.state(device);
    if (state == null || !state.isLeftToOthers()) {
      left.isTaken(device);
    }
  }

  /** Each seat that is left is noted, so that a timer takes it back. */
  void verify() {
    for (DeviceState state : fleet.states()) {
      Invariant.holds(
          !state.isLeftToOthers() || left.all().contains(state.device().id()),
          "a seat is left to others for ever");
    }
  }
}
