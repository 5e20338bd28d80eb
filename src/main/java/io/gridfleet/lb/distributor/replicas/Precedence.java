package io.gridfleet.lb.distributor.replicas;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaitingRequests;
import io.gridfleet.lb.distributor.replicas.RemoteHeads.Ahead;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Which requests go before one that fits a free device, and for how long the device is yielded to
 * them.
 *
 * <p>Owner: the distributor's lock. A yielded device counts as having no free slot; it is marked in
 * its {@link DeviceState} and in {@link YieldedDevices}, with the time at which yielding ends, and
 * one timer is set for that time. In a process without other replicas no device is yielded: the
 * queue alone is the order.
 */
public final class Precedence {
  /**
   * How long a freed device is yielded to a replica with an older request: long enough for a signal
   * and a lock with pauses of a quarter of a second, short if that replica is dead. Each further
   * replica that goes before adds as long again.
   */
  private static final Duration YIELDED_FOR = Duration.ofMillis(400);

  /**
   * A replica that publishes another head meanwhile is alive, and has {@link #YIELDED_FOR} again
   * for that one; only within this time, so that a device idles for at most a second for one
   * replica.
   */
  private static final Duration YIELDED_AGAIN_WITHIN = Duration.ofMillis(600);

  /** Returns how long a freed device is yielded to that many replicas. */
  public static Duration yieldedTo(int replicas) {
    return YIELDED_FOR.multipliedBy(replicas);
  }

  private final SlotTable fleet;
  private final WaitingRequests waiting;
  private final RemoteHeads remoteHeads;
  private final YieldedDevices yielded = new YieldedDevices();
  private final boolean hasOthers;

  /**
   * @param hasOthers whether there can be other replicas
   */
  public Precedence(
      SlotTable fleet, WaitingRequests waiting, RemoteHeads remoteHeads, boolean hasOthers) {
    this.fleet = fleet;
    this.waiting = waiting;
    this.remoteHeads = remoteHeads;
    this.hasOthers = hasOthers;
  }

  /** Returns whether requests wait on other replicas. */
  public boolean othersWait() {
    return !remoteHeads.isEmpty();
  }

  /**
   * Returns the replicas with a request that goes before this one and fits the device: other
   * replicas, and this one if such a request has a lock requested, which may be refused.
   */
  public Ahead ahead(Waiter waiter, DeviceState state, Instant now) {
    if (!hasOthers) {
      return Ahead.NONE;
    }
    Ahead ahead = remoteHeads.ahead(waiter, state, now);
    return localGoesBefore(waiter, state, now)
        ? new Ahead(ahead.replicas() + 1, ahead.received())
        : ahead;
  }

  private boolean localGoesBefore(Waiter waiter, DeviceState state, Instant now) {
    for (Waiter local : waiting.asking().keySet()) {
      if (!local.placement().turn().isWellBefore(waiter.placement().turn())) {
        return false;
      }
      if (local.accepts(state)
          && local.queues().stream()
              .anyMatch(it -> it.fits(state) && state.admits(it.question(), now))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Yields a device that was freed just now to the requests that go before. One that has been free
   * for longer isn't yielded; the store checks that time when its lock is requested.
   *
   * @return whether it is yielded
   */
  public boolean yieldIfDue(DeviceState state, Ahead ahead, Instant now, Effects effects) {
    if (ahead.replicas() == 0 || state.slots().freedAt().equals(Instant.MIN)) {
      return false;
    }
    Instant until = yieldedSince(state, ahead).plus(yieldedTo(ahead.replicas()));
    if (!now.isBefore(until)) {
      return false;
    }
    state.yielded(true);
    fleet.changed(state);
    if (yielded.yieldTo(state, until)) {
      effects.yielded(state.device().id(), until);
    }
    return true;
  }

  private static Instant yieldedSince(DeviceState state, Ahead ahead) {
    Instant freed = state.slots().freedAt();
    Instant last = freed.plus(YIELDED_AGAIN_WITHIN);
    if (ahead.received().isBefore(freed)) {
      return freed;
    }
    return ahead.received().isBefore(last) ? ahead.received() : last;
  }

  /**
   * Ends the yielding of a device whose time is over.
   *
   * @return whether to serve it now: it was neither taken nor yielded anew since
   */
  public boolean endYielding(DeviceId device, Instant until) {
    DeviceState state = fleet.state(device);
    if (!yielded.isOver(device, until) || state == null) {
      return false;
    }
    makeFree(state);
    return true;
  }

  /** Ends yielding after a slot of the device was taken or freed; it may be yielded anew. */
  public void reset(DeviceState state) {
    yielded.isTaken(state.device().id());
    makeFree(state);
  }

  private void makeFree(DeviceState state) {
    state.yielded(false);
    fleet.changed(state);
  }

  /** Returns the yielded devices, to be decided on {@link #again}. */
  public List<DeviceId> all() {
    return yielded.all();
  }

  /** Makes a yielded device free until it is yielded again. */
  public void again(DeviceState state) {
    makeFree(state);
  }

  /** Removes the note of a device that wasn't yielded again. */
  public void settle(DeviceId device) {
    DeviceState state = fleet.state(device);
    if (state == null || !state.isYielded()) {
      yielded.isTaken(device);
    }
  }

  /** Checks that each yielded device is noted, so that a timer ends it. */
  public void verify() {
    for (DeviceState state : fleet.states()) {
      Invariant.holds(
          !state.isYielded() || yielded.all().contains(state.device().id()),
          "a device is yielded without a timer");
    }
  }
}
