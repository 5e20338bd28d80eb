package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Effects.Pick;
import io.gridfleet.lb.distributor.queue.QuestionQueue;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaiterTransitions;
import io.gridfleet.lb.distributor.queue.WaitingRequests;
import io.gridfleet.lb.distributor.replicas.LocalHeads;
import io.gridfleet.lb.distributor.replicas.Precedence;
import io.gridfleet.lb.distributor.replicas.RemoteHeads.Ahead;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Gives free slots to waiting requests: a request picks a device, a device serves the requests that
 * wait for it. A slot is only counted as pending here; its lock is requested later.
 *
 * <p>Owner: the distributor's lock, {@link ModelLock}, as for {@link Matching}, whose invariant it
 * restores in each change: no request is queued while it may have a free device that isn't yielded.
 * So a change looks at what it has made possible only: a new request at the devices, a device that
 * became free at the queue, a tenant below its quota at its own requests.
 *
 * <p>The decision is provisional. Another replica may have locked the slot, or used up the quota,
 * unknown here so far: then the store refuses the lock, and {@link LockRequests} returns the
 * request to its position in the queue. An older request that isn't in the queue, because its lock
 * is requested, may return likewise; where there are other replicas, {@link Precedence} therefore
 * counts it among those that go before.
 */
final class SlotAssignment {
  private final SlotTable fleet;
  private final WaitingRequests waiting;
  private final WaiterTransitions waiters;
  private final LocalHeads heads;
  private final Precedence precedence;
  private final TenantQuotas quotas;

  SlotAssignment(
      SlotTable fleet,
      WaitingRequests waiting,
      WaiterTransitions waiters,
      LocalHeads heads,
      Precedence precedence,
      TenantQuotas quotas) {
    this.fleet = fleet;
    this.waiting = waiting;
    this.waiters = waiters;
    this.heads = heads;
    this.precedence = precedence;
    this.quotas = quotas;
  }

  /**
   * Picks a free device for a request.
   *
   * @return false if there is none for it; true also if the pick threw, which has ended the request
   */
  boolean pickFor(Waiter waiter, Instant now, Effects effects) {
    if (!quotas.allows(waiter)) {
      return false;
    }
    try {
      return pickAny(waiter, now, effects);
    } catch (RuntimeException mistake) {
      // A pick strategy is foreign code. The other requests of this change must still be served.
      waiters.end(waiter, Waiter.Answer.of(mistake), effects);
      return true;
    }
  }

  /**
   * Picks the first device that needn't be yielded. A yielded one isn't free, so that the next pick
   * returns another.
   */
  private boolean pickAny(Waiter waiter, Instant now, Effects effects) {
    for (int candidate = 0; candidate < waiter.queues().size(); candidate++) {
      QuestionQueue queue = waiter.queues().get(candidate);
      DeviceState state = pick(queue, waiter, now);
      while (state != null) {
        Ahead ahead = precedence.ahead(waiter, state, now);
        if (!precedence.yieldIfDue(state, ahead, now, effects)) {
          take(waiter, state, candidate, ahead, effects);
          return true;
        }
        state = pick(queue, waiter, now);
      }
    }
    return false;
  }

  private @Nullable DeviceState pick(QuestionQueue queue, Waiter waiter, Instant now) {
    return fleet.pick(queue.question(), queue.fitting(), waiter.placement(), now);
  }

  /**
   * Fires the event before the slot is counted: a request in a state without this event gets none.
   * The pick carries what was known when it was made, because the model may change before the store
   * has answered: by the releases seen so far, an outdated refusal is recognized.
   */
  private void take(Waiter waiter, DeviceState state, int candidate, Ahead ahead, Effects effects) {
    if (waiters.slotPicked(waiter, state, effects)) {
      fleet.take(state, waiter.placement().quota().tenant());
      effects.picked(
          new Pick(
              waiter,
              state.device(),
              candidate,
              ahead.replicas(),
              precedence.othersWait(),
              state.slots().timesFreed()));
    }
  }

  /**
   * Serves a device whose time of yielding is over, at that time: by the clock it may not be over
   * yet, because timers run by another one, and the device would be yielded again for the rest.
   */
  void endYielding(DeviceId device, Instant until, Effects effects) {
    DeviceState state = fleet.state(device);
    if (precedence.endYielding(device, until) && state != null) {
      serve(state, until, effects);
    }
  }

  /**
   * Decides again on all yielded devices, because the requests that go before may have changed:
   * after each answer of the store, and after each signal about heads of other replicas. A device
   * that is yielded again until the same time keeps its timer.
   */
  void serveYielded(Instant now, Effects effects) {
    for (DeviceId device : precedence.all()) {
      DeviceState state = fleet.state(device);
      if (state != null) {
        precedence.again(state);
        serve(state, now, effects);
      }
      precedence.settle(device);
    }
  }

  /**
   * Gives the free slots of a device to waiting requests, unless it is yielded to another replica.
   * Terminates: each iteration takes a slot or removes a request from the queue.
   */
  void serve(DeviceState state, Instant now, Effects effects) {
    fleet.changed(state);
    while (state.freeSlots() > 0) {
      Waiter next =
          waiting.first(
              queue -> queue.fits(state) && state.admits(queue.question(), now),
              waiter -> waiter.accepts(state) && quotas.allows(waiter));
      if (next == null) {
        return;
      }
      Ahead ahead = precedence.ahead(next, state, now);
      if (precedence.yieldIfDue(state, ahead, now, effects)) {
        return;
      }
      int candidate = 0;
      while (!next.queues().get(candidate).fits(state)
          || !state.admits(next.queues().get(candidate).question(), now)) {
        candidate++;
      }
      take(next, state, candidate, ahead, effects);
    }
  }

  /**
   * Serves tenants whose sessions have become fewer. Called at the end of each change, because any
   * part of it may have freed a slot. The tenant's requests may be heads of their queues again:
   * while it was at its quota, those of other tenants were published in their place.
   */
  void serveTenants(Instant now, Effects effects) {
    fleet.tenants().quotaFreed().forEach(tenant -> serveTenant(tenant, now, effects));
  }

  private void serveTenant(String tenant, Instant now, Effects effects) {
    for (Waiter waiter : waiting.ofTenant(tenant)) {
      if (!quotas.allows(waiter)) {
        return;
      }
      heads.look(waiter.queues());
      if (waiter.isInQueue() && fleet.anyFree()) {
        pickFor(waiter, now, effects);
      }
    }
  }
}
