package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.ModelLock.Effects;
import io.gridfleet.lb.distributor.RemoteHeads.Ahead;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import io.gridfleet.lb.distributor.explain.QueueState;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model: all devices, all waiting requests, and which fit together. A device is only picked and
 * its slot counted as pending here; the picks are effects whose locks are requested later.
 *
 * <p>Owner: the distributor's lock, {@link ModelLock}. No method calls foreign code or completes a
 * future. The exception is a request's pick strategy: an exception of it ends that request ({@link
 * #pickFor}).
 *
 * <p>Invariants between two changes, see {@link #verify}:
 *
 * <ul>
 *   <li>No request is queued while it may have a free device that isn't yielded.
 *   <li>The pending slots of a device equal the requests whose locks on it are requested.
 *   <li>The count of a tenant equals its held slots and its pending ones.
 * </ul>
 *
 * <p>Each change of a device calls {@link SlotTable#changed}, then {@link #serve} in the same
 * change: no later step looks for free devices.
 */
final class Matching {
  private final SlotTable fleet = new SlotTable();
  private final WaitingRequests waiting = new WaitingRequests();
  private final RemoteHeads remoteHeads = new RemoteHeads(waiting, fleet);
  private final LocalHeads heads;
  private final WaiterTransitions waiters;
  private final Precedence precedence;

  /** The result of all requests once closed; null before, never reset. */
  private @Nullable Placement closed;

  /**
   * @param replica the id of this process in signals
   * @param hasOthers whether there can be other replicas
   */
  Matching(String replica, boolean hasOthers) {
    this.heads = new LocalHeads(replica);
    this.waiters = new WaiterTransitions(waiting, heads);
    this.precedence = new Precedence(fleet, waiting, remoteHeads, hasOthers);
  }

  /**
   * A slot of a device that is pending for a request until the store has answered. Immutable: read
   * without the lock by the threads that call the store.
   *
   * @param candidate the index of the request's question that the device fits
   * @param before the number of replicas with a request that goes before; see {@link Precedence}
   * @param timesFreed the releases of the device's slots seen before the pick
   */
  record Pick(Waiter waiter, Device device, int candidate, int before, int timesFreed) {
    /** Returns how long the slot must have been free. */
    Duration freeFor() {
      return Precedence.YIELDED_FOR.multipliedBy(before);
    }

    Question question() {
      return waiter.placement().questions().get(candidate);
    }
  }

  SlotTable fleet() {
    return fleet;
  }

  WaitingRequests waiting() {
    return waiting;
  }

  RemoteHeads remoteHeads() {
    return remoteHeads;
  }

  LocalHeads heads() {
    return heads;
  }

  WaiterTransitions waiters() {
    return waiters;
  }

  /** Returns the result of all requests once closed, else null. */
  @Nullable Placement closed() {
    return closed;
  }

  /**
   * Ends all queued requests and places no further ones. Those whose locks are requested end when
   * the store has answered.
   */
  void close(Placement answer, Effects effects) {
    closed = answer;
    waiting.all().forEach(waiter -> waiters.end(waiter, Waiter.Answer.of(answer), effects));
  }

  /** Publishes the heads that have changed; called once, at the end of a change. */
  void publishHeads(Consumer<FleetSignal> signals) {
    heads.publish(waiter -> underQuota(waiter.placement().quota()), signals);
  }

  /**
   * Joins a request to the queues of its questions; new questions are matched against all devices.
   * Its end must part it from them.
   */
  void ask(Waiter waiter, MatchResults answers) {
    for (Question question : waiter.placement().questions()) {
      waiter.queues().add(waiting.join(question, fleet.states(), answers));
    }
  }

  /** Returns the questions without a queue, and the devices to match against them. */
  MatchResults.Missing missing(List<Question> questions) {
    List<Question> fresh =
        questions.stream().filter(question -> !waiting.hasQueue(question)).distinct().toList();
    return new MatchResults.Missing(
        fresh,
        fresh.isEmpty() ? List.of() : fleet.states().stream().map(DeviceState::device).toList());
  }

  /** Returns the work of matching the questions without a queue. */
  long workOf(List<Question> questions) {
    long work = 0;
    for (Question question : questions) {
      work += waiting.hasQueue(question) ? 0 : question.work();
    }
    return work * fleet.states().size();
  }

  /** Returns copies of all devices, for work that is too long to hold the lock. */
  List<DeviceSnapshot> states() {
    return fleet.states().stream().map(DeviceState::state).toList();
  }

  /** Returns a copy of the queue, in order. */
  QueueState queue() {
    Map<QuestionQueue, BitSet> fitting = new HashMap<>();
    return new QueueState(
        waiting.all().stream().map(waiter -> waiting(waiter, fitting)).toList(), states());
  }

  /**
   * @param fitting the copies so far
   */
  private QueueState.Waiting waiting(Waiter waiter, Map<QuestionQueue, BitSet> fitting) {
    return new QueueState.Waiting(
        waiter.placement(),
        waiter.queues().stream()
            .map(queue -> fitting.computeIfAbsent(queue, each -> (BitSet) each.fitting().clone()))
            .toList(),
        underQuota(waiter.placement().quota()));
  }

  /** Why a request can never be served. */
  enum Hopeless {
    NOTHING_FITS,
    ALL_FAILED
  }

  /** Returns why the request can never be served; null while some device may serve it. */
  @Nullable Hopeless hopeless(Waiter waiter) {
    boolean anyFits = false;
    for (QuestionQueue queue : waiter.queues()) {
      for (int i = queue.fitting().nextSetBit(0); i >= 0; i = queue.fitting().nextSetBit(i + 1)) {
        anyFits = true;
        if (waiter.accepts(fleet.at(i))) {
          return null;
        }
      }
    }
    return anyFits ? Hopeless.ALL_FAILED : Hopeless.NOTHING_FITS;
  }

  /**
   * Returns whether the tenant is below its quota by what this replica knows; the store decides.
   */
  boolean underQuota(Quota quota) {
    return fleet.tenants().allows(quota);
  }

  /**
   * Picks a free device for a request.
   *
   * @return false if there is none for it; true also if the pick threw, which has ended the request
   */
  boolean pickFor(Waiter waiter, Instant now, Effects effects) {
    if (!underQuota(waiter.placement().quota())) {
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
      DeviceState state = fleet.pick(queue, waiter, now);
      while (state != null) {
        Ahead ahead = precedence.ahead(waiter, state, now);
        if (!precedence.yieldIfDue(state, ahead, now, effects)) {
          take(waiter, state, candidate, ahead, effects);
          return true;
        }
        state = fleet.pick(queue, waiter, now);
      }
    }
    return false;
  }

  /**
   * Fires the event before the slot is counted: a request in a state without this event gets none.
   */
  private void take(Waiter waiter, DeviceState state, int candidate, Ahead ahead, Effects effects) {
    if (waiters.slotPicked(waiter, state, effects)) {
      fleet.take(state, waiter.placement().quota().tenant());
      effects.picked(
          new Pick(
              waiter, state.device(), candidate, ahead.replicas(), state.slots().timesFreed()));
    }
  }

  /** Serves a device whose time of yielding is over. */
  void endYielding(DeviceId device, Instant until, Effects effects) {
    DeviceState state = fleet.state(device);
    if (precedence.endYielding(device, until) && state != null) {
      serve(state, until, effects);
    }
  }

  /** Applies a lock taken by another replica, which ends the yielding of the device. */
  void takenElsewhere(DeviceState state, FleetSignal.Taken taken, Instant now) {
    if (state.slots().takenElsewhere(taken.device(), taken.slot(), taken.token(), now)) {
      DeviceLock lock = new DeviceLock(taken.device(), taken.slot(), "", taken.token());
      taken.tenant().ifPresent(tenant -> adopt(lock, tenant));
    }
    precedence.reset(state);
  }

  private void adopt(DeviceLock lock, String tenant) {
    fleet.tenants().adopt(lock, tenant);
    mayHaveFewer(tenant);
  }

  /**
   * Marks the heads of a tenant that has reached its quota: other heads are to be published
   * instead.
   */
  private void mayHaveFewer(String tenant) {
    Collection<Waiter> waiters = waiting.ofTenant(tenant);
    if (waiters.stream().limit(1).anyMatch(any -> !underQuota(any.placement().quota()))) {
      waiters.forEach(waiter -> heads.look(waiter.queues()));
    }
  }

  /** Notes that the store refused a lock because of the tenant's quota. */
  void quotaReached(Waiter waiter) {
    String tenant = waiter.placement().quota().tenant();
    fleet.tenants().quotaReached(tenant);
    mayHaveFewer(tenant);
  }

  /** Expires the refusals because of quotas. */
  void recheckQuotas() {
    fleet.tenants().expireGuess();
  }

  /**
   * Decides again on all yielded devices, because the requests that go before may have changed:
   * after each answer of the store, and after each signal about heads of other replicas.
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
              waiter -> waiter.accepts(state) && underQuota(waiter.placement().quota()));
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

  /** As {@link #serve}; a drained device is removed instead. */
  void serveOrRemove(DeviceState state, Instant now, Effects effects) {
    if (state.draining() && state.slots().empty()) {
      fleet.remove(state);
      waiting.queues().forEach(queue -> queue.forget(state.index()));
    } else {
      serve(state, now, effects);
    }
  }

  /** Frees a slot in the counts of its device and its tenant, and serves it. */
  void freed(DeviceState state, int slot, long token, Instant now, Effects effects) {
    precedence.reset(state);
    state.slots().freed(slot, token, now);
    fleet.tenants().freed(state.device().id(), slot, token);
    serveOrRemove(state, now, effects);
  }

  /**
   * Serves tenants whose sessions have become fewer. Called at the end of each change, because any
   * part of it may have freed a slot.
   */
  void serveTenants(Instant now, Effects effects) {
    fleet.tenants().quotaFreed().forEach(tenant -> serveTenant(tenant, now, effects));
  }

  private void serveTenant(String tenant, Instant now, Effects effects) {
    for (Waiter waiter : waiting.ofTenant(tenant)) {
      if (!underQuota(waiter.placement().quota())) {
        return;
      }
      heads.look(waiter.queues());
      if (waiter.isInQueue() && fleet.anyFree()) {
        pickFor(waiter, now, effects);
      }
    }
  }

  /**
   * Cancels a pending slot whose lock wasn't granted. Returns null if the device is gone, which
   * can't be while a slot is pending.
   */
  @Nullable DeviceState cancel(Pick pick) {
    DeviceState state = fleet.state(pick.device().id());
    if (state != null) {
      fleet.cancel(state, pick.waiter().placement().quota().tenant());
    }
    return state;
  }

  /**
   * Matches devices against all questions again. Uses results computed without the lock for
   * unchanged devices, and matches the others here.
   */
  void look(List<DeviceId> devices, MatchResults answers) {
    List<DeviceState> states = devices.stream().map(fleet::state).filter(Objects::nonNull).toList();
    waiting.dropIdle();
    waiting.queues().forEach(queue -> queue.look(states, answers));
  }

  /**
   * Checks the invariants between two changes.
   *
   * @throws IllegalStateException if an invariant is violated
   */
  void verify() {
    waiting.verify();
    fleet.verify(waiting.asking());
    precedence.verify();
    heads.verify();
  }
}
