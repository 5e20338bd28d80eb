package io.gridfleet.lb.distributor.replicas;

import io.gridfleet.lb.device.FleetSignal;
import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.queue.QuestionQueue;
import io.gridfleet.lb.distributor.queue.QueueListener;
import io.gridfleet.lb.distributor.queue.Waiter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The heads of this replica's queues as published to other replicas. A request whose lock is
 * requested stays the published head, so that no other replica tries its device before the store
 * has answered.
 *
 * <p>Owner: the distributor's lock. A change only marks the queues whose head may have changed;
 * signals are computed once, at the end of the change, so that a request that arrives and is served
 * in one change is never published.
 */
public final class LocalHeads implements QueueListener {
  private final String replica;

  /** The published head of each queue; queues published as empty have no entry. */
  private final Map<QuestionQueue, Waiter> published = new HashMap<>();

  /** Queues to check at the end of the change. */
  private final Set<QuestionQueue> changed = new LinkedHashSet<>();

  /** Of these, queues whose head is published even if unchanged. */
  private final Set<QuestionQueue> repeated = new HashSet<>();

  public LocalHeads(String replica) {
    this.replica = replica;
  }

  /** Marks the queues of a request that entered them; one that returns is published again. */
  @Override
  public void entered(Waiter waiter) {
    for (QuestionQueue queue : waiter.queues()) {
      Waiter first = published.get(queue);
      if (first == null || waiter.compareTo(first) <= 0) {
        changed.add(queue);
      }
      if (waiter.equals(first)) {
        repeated.add(queue);
      }
    }
  }

  /** Marks the queues of a request that has ended. */
  @Override
  public void settled(Waiter waiter) {
    for (QuestionQueue queue : waiter.queues()) {
      if (waiter.equals(published.get(queue))) {
        changed.add(queue);
      }
    }
  }

  /** Marks queues whose requests may have crossed their tenant's quota. */
  public void look(Iterable<QuestionQueue> queues) {
    queues.forEach(changed::add);
  }

  /** Marks all heads to be published again. */
  public void again() {
    changed.addAll(published.keySet());
    repeated.addAll(published.keySet());
  }

  /**
   * Publishes the heads that have changed.
   *
   * @param mayHave whether a request's tenant is below its quota
   */
  public void publish(Predicate<Waiter> mayHave, Consumer<FleetSignal> others) {
    for (QuestionQueue queue : List.copyOf(changed)) {
      Waiter before = published.get(queue);
      Waiter first = queue.first(mayHave);
      changed.remove(queue);
      boolean repeat = repeated.remove(queue) && first != null;
      if (repeat || !Objects.equals(first, before)) {
        publish(queue, first, others);
      }
    }
  }

  private void publish(QuestionQueue queue, @Nullable Waiter first, Consumer<FleetSignal> others) {
    FleetSignal signal = new FleetSignal.NoneWaits(replica, queue.number());
    if (first == null) {
      published.remove(queue);
    } else {
      published.put(queue, first);
      PlacementRequest request = first.placement();
      signal =
          QuestionText.write(queue.question(), request.preference().failed())
              .<FleetSignal>map(
                  text ->
                      new FleetSignal.Waits(
                          replica,
                          queue.number(),
                          request.turn().priority(),
                          request.turn().arrival(),
                          text))
              .orElse(signal);
    }
    others.accept(signal);
  }

  /** Checks that no published head has ended, except in queues marked as changed. */
  public void verify() {
    published.forEach(
        (queue, waiter) ->
            Invariant.holds(
                !waiter.isEnded() || changed.contains(queue),
                waiter + " has ended and is a published head"));
  }
}
