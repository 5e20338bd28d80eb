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
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The model: all seats, who waits, and which of them go together. A seat is only picked and counted
 * as taken here; picks are handed out, for their locks to be asked for later.
 *
 * <p>Owner: the distributor's lock, {@link ModelLock}. Nothing here calls out or completes a
 * future; the one piece of code that isn't the distributor's own is a request's pick strategy, and
 * what it throws ends that request ({@link #pickFor}).
 *
 * <p>Invariants between two changes, see {@link #verify}:
 *
 * <ul>
 *   <li>No request is in the line while it may have a free seat that isn't left to others.
 *   <li>What a seat counts as pending is asked of the store for exactly as many requests.
 *   <li>What a tenant is counted for is what its sessions hold and what is asked for it.
 * </ul>
 *
 * <p>Whoever changes a seat says so to {@link SlotTable#changed}, and gives what is free then to
 * those who wait ({@link #serve}) in the same change: nothing looks for free seats later.
 */
final class Matching {
  private final SlotTable fleet = new SlotTable();
  private final WaitingRequests line = new WaitingRequests();
  private final RemoteHeads others = new RemoteHeads(line, fleet);
  private final LocalHeads fronts;
  private final WaiterTransitions waiters;
  private final Precedence precedence;

  /** What requests get from now on; null while they are placed. Never null again. */
  private @Nullable Placement closed;

  /**
   * @param replica the id of this process, as others hear it
   * @param hasOthers whether there can be other replicas
   */
  Matching(String replica, boolean hasOthers) {
    this.fronts = new LocalHeads(replica);
    this.waiters = new WaiterTransitions(line, fronts);
    this.precedence = new Precedence(fleet, line, others, hasOthers);
  }

  /**
   * A seat that is counted as taken for a request, until the store has answered. Immutable: read by
   * the threads that ask the store.
   *
   * @param candidate which of the order's questions it answers
   * @param before how many replicas have a request that goes before; none of them may want the seat
   * @param timesFreed how often the seat had got free by then
   */
  record Pick(Waiter waiter, Device device, int candidate, int before, int timesFreed) {
    /** How long the slot must have been free. */
    Duration freeFor() {
      return Precedence.LEFT_FOR.multipliedBy(before);
    }

    Question question() {
      return waiter.placement().questions().get(candidate);
    }
  }

  SlotTable fleet() {
    return fleet;
  }

  WaitingRequests line() {
    return line;
  }

  RemoteHeads others() {
    return others;
  }

  LocalHeads fronts() {
    return fronts;
  }

  WaiterTransitions waiters() {
    return waiters;
  }

  /** The answer to all requests once the distributor is closed, else null. */
  @Nullable Placement closed() {
    return closed;
  }

  /**
   * Ends all requests in the line, and places none any more. Those whose locks are being asked for
   * end when the store has answered.
   */
  void close(Placement answer, Effects steps) {
    closed = answer;
    line.all().forEach(waiter -> waiters.end(waiter, Waiter.Answer.of(answer), steps));
  }

  /** Says to other replicas what they don't know yet of who waits here; once, after a change. */
  void tellFronts(Consumer<FleetSignal> signals) {
    fronts.publish(waiter -> underQuota(waiter.placement().quota()), signals);
  }

  /**
   * Puts the questions of a request to all seats, or finds them answered. From now on the request
   * uses those answers: whatever ends it parts from them.
   */
  void ask(Waiter waiter, MatchResults answers) {
    for (Question question : waiter.placement().questions()) {
      waiter.audiences().add(line.join(question, fleet.states(), answers));
    }
  }

  /** Which of some questions nobody has asked yet, and the devices to ask. */
  MatchResults.Missing missing(List<Question> questions) {
    List<Question> fresh =
        questions.stream().filter(question -> !line.knows(question)).distinct().toList();
    return new MatchResults.Missing(
        fresh,
        fresh.isEmpty() ? List.of() : fleet.states().stream().map(DeviceState::device).toList());
  }

  /** How much work it is to ask what nobody has asked yet. */
  long workOf(List<Question> questions) {
    long work = 0;
    for (Question question : questions) {
      work += line.knows(question) ? 0 : question.work();
    }
    return work * fleet.states().size();
  }

  /** Copies, for what takes longer than the lock may be held. */
  List<DeviceSnapshot> states() {
    return fleet.states().stream().map(DeviceState::state).toList();
  }

  /** A copy of the queue, in order. */
  QueueState queue() {
    return new QueueState(line.all().stream().map(this::waiting).toList(), states());
  }

  private QueueState.Waiting waiting(Waiter waiter) {
    return new QueueState.Waiting(
        waiter.placement(),
        waiter.audiences().stream().map(audience -> (BitSet) audience.fitting().clone()).toList(),
        underQuota(waiter.placement().quota()));
  }

  /** Why waiting is no use to a request. */
  enum Hopeless {
    NOTHING_FITS,
    ALL_FAILED
  }

  /** Why waiting is no use to the request; null while some device may serve it some time. */
  @Nullable Hopeless hopeless(Waiter waiter) {
    boolean anyFits = false;
    for (QuestionQueue audience : waiter.audiences()) {
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

  /** As far as is known here: the store has the last word. */
  boolean underQuota(Quota quota) {
    return fleet.tenants().allows(quota);
  }

  /**
   * Finds a free seat for a request.
   *
   * @return false when there is none that it may have; true, too, when looking for one failed
   *     through a mistake, which has ended the request
   */
  boolean pickFor(Waiter waiter, Instant now, Effects steps) {
    if (!underQuota(waiter.placement().quota())) {
      return false;
    }
    try {
      return pickAny(waiter, now, steps);
    } catch (RuntimeException mistake) {
      // A pick strategy isn't ours. The other requests of this change are served all the same.
      waiters.end(waiter, Waiter.Answer.of(mistake), steps);
      return true;
    }
  }

  /** Each seat that is left to others isn't free any more: the next look finds another one. */
  private boolean pickAny(Waiter waiter, Instant now, Effects steps) {
    for (int candidate = 0; candidate < waiter.audiences().size(); candidate++) {
      QuestionQueue audience = waiter.audiences().get(candidate);
      DeviceState state = fleet.pick(audience, waiter, now);
      while (state != null) {
        Ahead ahead = precedence.ahead(waiter, state, now);
        if (!precedence.leave(state, ahead, now, steps)) {
          take(waiter, state, candidate, ahead, steps);
          return true;
        }
        state = fleet.pick(audience, waiter, now);
      }
    }
    return false;
  }

  /** The event comes first: a request in a state without this event has no slot counted for it. */
  private void take(Waiter waiter, DeviceState state, int candidate, Ahead ahead, Effects steps) {
    if (waiters.slotPicked(waiter, state, steps)) {
      fleet.take(state, waiter.placement().quota().tenant());
      steps.picked(
          new Pick(
              waiter, state.device(), candidate, ahead.replicas(), state.slots().timesFreed()));
    }
  }

  /** Those who went before ours had their time with a seat. */
  void takeBack(DeviceId device, Instant until, Effects steps) {
    DeviceState state = fleet.state(device);
    if (precedence.takeBack(device, until) && state != null) {
      serve(state, until, steps);
    }
  }

  /** Another replica has taken a slot. Whatever the seat was left for has happened. */
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

  /** Those who are told to wait first may have to let others go before them. */
  private void mayHaveFewer(String tenant) {
    Collection<Waiter> waiters = line.ofTenant(tenant);
    if (waiters.stream().limit(1).anyMatch(any -> !underQuota(any.placement().quota()))) {
      waiters.forEach(waiter -> fronts.look(waiter.audiences()));
    }
  }

  /** The store said that the tenant of a request has as many sessions as it may. */
  void quotaReached(Waiter waiter) {
    String tenant = waiter.placement().quota().tenant();
    fleet.tenants().quotaReached(tenant);
    mayHaveFewer(tenant);
  }

  /** What the store said of tenants may not hold any more. */
  void recheckQuotas() {
    fleet.tenants().expireGuess();
  }

  /**
   * Looks again at what was left to those who go before, when they may be others now: after each
   * answer of the store, and after each signal about other replicas' lines.
   */
  void serveLeft(Instant now, Effects steps) {
    for (DeviceId device : precedence.all()) {
      DeviceState state = fleet.state(device);
      if (state != null) {
        precedence.again(state);
        serve(state, now, steps);
      }
      precedence.settle(device);
    }
  }

  /**
   * Gives a seat's free slots to those who wait for them, if nobody has waited longer on another
   * replica. Ends: each turn takes a slot, or takes a request out of the line.
   */
  void serve(DeviceState state, Instant now, Effects steps) {
    fleet.changed(state);
    while (state.freeSlots() > 0) {
      Waiter next =
          line.first(
              audience -> audience.fits(state) && state.admits(audience.question(), now),
              waiter -> waiter.accepts(state) && underQuota(waiter.placement().quota()));
      if (next == null) {
        return;
      }
      Ahead ahead = precedence.ahead(next, state, now);
      if (precedence.leave(state, ahead, now, steps)) {
        return;
      }
      int candidate = 0;
      while (!next.audiences().get(candidate).fits(state)
          || !state.admits(next.audiences().get(candidate).question(), now)) {
        candidate++;
      }
      take(next, state, candidate, ahead, steps);
    }
  }

  /** As {@link #serve}; a seat that has drained is forgotten instead. */
  void serveOrForget(DeviceState state, Instant now, Effects steps) {
    if (state.draining() && state.slots().empty()) {
      fleet.remove(state);
      line.audiences().forEach(audience -> audience.forget(state.index()));
    } else {
      serve(state, now, steps);
    }
  }

  /** Notes that a slot is free; its tenant may have another session then. */
  void freed(DeviceState state, int slot, long token, Instant now, Effects steps) {
    precedence.reset(state);
    state.slots().freed(slot, token, now);
    fleet.tenants().freed(state.device().id(), slot, token);
    serveOrForget(state, now, steps);
  }

  /**
   * Gives what is free to tenants that a change has left with fewer sessions. The last part of each
   * change, because any part of it may have freed something.
   */
  void serveTenants(Instant now, Effects steps) {
    fleet.tenants().quotaFreed().forEach(tenant -> serveTenant(tenant, now, steps));
  }

  private void serveTenant(String tenant, Instant now, Effects steps) {
    for (Waiter waiter : line.ofTenant(tenant)) {
      if (!underQuota(waiter.placement().quota())) {
        return;
      }
      fronts.look(waiter.audiences());
      if (waiter.isInLine() && fleet.anyFree()) {
        pickFor(waiter, now, steps);
      }
    }
  }

  /**
   * The store didn't give the lock: the slot isn't taken by us. Null if the seat is gone, which it
   * isn't while a slot is pending.
   */
  @Nullable DeviceState cancel(Pick pick) {
    DeviceState state = fleet.state(pick.device().id());
    if (state != null) {
      fleet.cancel(state, pick.waiter().placement().quota().tenant());
    }
    return state;
  }

  /**
   * Looks again at which questions these devices answer. What was asked of this very device without
   * the lock is taken over; what has changed since is asked here.
   */
  void look(List<DeviceId> devices, MatchResults answers) {
    List<DeviceState> states = devices.stream().map(fleet::state).filter(Objects::nonNull).toList();
    line.dropIdle();
    line.audiences().forEach(audience -> audience.look(states, answers));
  }

  /**
   * What holds between two changes.
   *
   * @throws IllegalStateException if it doesn't
   */
  void verify() {
    line.verify();
    fleet.verify(line.asking());
    precedence.verify();
    fronts.verify();
  }
}
