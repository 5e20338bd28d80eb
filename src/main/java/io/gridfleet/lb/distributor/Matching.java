package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.DeviceLock;
import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import io.gridfleet.lb.distributor.explain.QueueState;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import io.gridfleet.lb.distributor.fleet.SlotTable;
import io.gridfleet.lb.distributor.queue.Effects;
import io.gridfleet.lb.distributor.queue.Effects.Pick;
import io.gridfleet.lb.distributor.queue.MatchResults;
import io.gridfleet.lb.distributor.queue.QuestionQueue;
import io.gridfleet.lb.distributor.queue.Waiter;
import io.gridfleet.lb.distributor.queue.WaiterTransitions;
import io.gridfleet.lb.distributor.queue.WaitingRequests;
import io.gridfleet.lb.distributor.replicas.LocalHeads;
import io.gridfleet.lb.distributor.replicas.Precedence;
import io.gridfleet.lb.distributor.replicas.RemoteHeads;
import java.time.Instant;
import java.util.BitSet;
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
 * SlotAssignment#pickFor}).
 *
 * <p>Invariants between two changes, see {@link #verify}:
 *
 * <ul>
 *   <li>No request is queued while it may have a free device that isn't yielded.
 *   <li>The pending slots of a device equal the requests whose locks on it are requested.
 *   <li>The count of a tenant equals its held slots and its pending ones.
 * </ul>
 *
 * <p>Each change of a device calls {@link SlotTable#changed}, then {@link SlotAssignment#serve} in
 * the same change: no later step looks for free devices.
 */
final class Matching {
  private final SlotTable fleet = new SlotTable();
  private final WaitingRequests waiting = new WaitingRequests();
  private final RemoteHeads remoteHeads = new RemoteHeads(waiting, fleet);
  private final LocalHeads heads;
  private final WaiterTransitions waiters;
  private final Precedence precedence;
  private final TenantQuotas quotas;
  private final SlotAssignment assignment;

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
    this.quotas = new TenantQuotas(fleet.tenants(), waiting, heads);
    this.assignment = new SlotAssignment(fleet, waiting, waiters, heads, precedence, quotas);
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

  SlotAssignment assignment() {
    return assignment;
  }

  TenantQuotas quotas() {
    return quotas;
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
    heads.publish(quotas::allows, signals);
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

  /** Returns copies of these devices, without those that are gone. */
  List<DeviceSnapshot> states(List<DeviceId> devices) {
    return devices.stream()
        .map(fleet::state)
        .filter(Objects::nonNull)
        .map(DeviceState::state)
        .toList();
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
        quotas.allows(waiter));
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

  /** Applies a lock taken by another replica, which ends the yielding of the device. */
  void takenElsewhere(DeviceState state, FleetSignal.Taken taken, Instant now) {
    if (state.slots().takenElsewhere(taken.device(), taken.slot(), taken.token(), now)) {
      DeviceLock lock = new DeviceLock(taken.device(), taken.slot(), "", taken.token());
      taken.tenant().ifPresent(tenant -> quotas.adopt(lock, tenant));
    }
    precedence.reset(state);
  }

  /** As {@link SlotAssignment#serve}; a drained device is removed instead. */
  void serveOrRemove(DeviceState state, Instant now, Effects effects) {
    if (state.draining() && state.slots().empty()) {
      fleet.remove(state);
      waiting.queues().forEach(queue -> queue.forget(state.index()));
    } else {
      assignment.serve(state, now, effects);
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
    fleet.verify(
        waiting.asking().values(),
        waiting.asking().keySet().stream().map(it -> it.placement().quota().tenant()).toList());
    precedence.verify();
    heads.verify();
  }
}
