package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.FleetSignal;
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
 * What other replicas were told of who waits here first, and what they are to be told next. A
 * request whose lock is being asked for is still told as the first one: nobody else is to try for
 * its device before the store has answered.
 *
 * <p>Owner: the distributor's lock. A change only marks the lines whose first request may be
 * another one; what is told is found out once, at the end of the change, so that a request that
 * comes and is served in one change is never told of.
 */
final class LocalHeads {
  private final String replica;

  /**
   * The first request of each line as others know it; not one of which they know that none waits.
   */
  private final Map<QuestionQueue, Waiter> told = new HashMap<>();

  /** Lines to look at when the change is made. */
  private final Set<QuestionQueue> changed = new LinkedHashSet<>();

  /** Of these, lines whose first request is told even where it is the same as before. */
  private final Set<QuestionQueue> repeated = new HashSet<>();

  LocalHeads(String replica) {
    this.replica = replica;
  }

  /** A request came into the queue; one that comes back is told of again. */
  void entered(Waiter waiter) {
    for (QuestionQueue audience : waiter.audiences()) {
      Waiter first = told.get(audience);
      if (first == null || waiter.compareTo(first) <= 0) {
        changed.add(audience);
      }
      if (waiter.equals(first)) {
        repeated.add(audience);
      }
    }
  }

  /** A request has its answer. */
  void settled(Waiter waiter) {
    for (QuestionQueue audience : waiter.audiences()) {
      if (waiter.equals(told.get(audience))) {
        changed.add(audience);
      }
    }
  }

  /** Some of those who ask this may have sessions now, or no more. */
  void look(Iterable<QuestionQueue> audiences) {
    audiences.forEach(changed::add);
  }

  /** Everything is to be told again. */
  void again() {
    changed.addAll(told.keySet());
    repeated.addAll(told.keySet());
  }

  /**
   * Says what others don't know yet.
   *
   * @param mayHave whether a request may have any device now
   */
  void publish(Predicate<Waiter> mayHave, Consumer<FleetSignal> others) {
    for (QuestionQueue audience : List.copyOf(changed)) {
      Waiter before = told.get(audience);
      Waiter first = audience.first(mayHave);
      changed.remove(audience);
      boolean repeat = repeated.remove(audience) && first != null;
      if (repeat || !Objects.equals(first, before)) {
        publish(audience, first, others);
      }
    }
  }

  private void publish(
      QuestionQueue audience, @Nullable Waiter first, Consumer<FleetSignal> others) {
    FleetSignal signal = new FleetSignal.NoneWaits(replica, audience.number());
    if (first == null) {
      told.remove(audience);
    } else {
      told.put(audience, first);
      PlacementRequest request = first.placement();
      signal =
          QuestionText.write(audience.question(), request.preference().failed())
              .<FleetSignal>map(
                  text ->
                      new FleetSignal.Waits(
                          replica,
                          audience.number(),
                          request.turn().priority(),
                          request.turn().arrival(),
                          text))
              .orElse(signal);
    }
    others.accept(signal);
  }

  /** Whoever was told of as the first still wants a device, or the end is still to be told. */
  void verify() {
    told.forEach(
        (audience, waiter) ->
            Invariant.holds(
                !waiter.isEnded() || changed.contains(audience),
                waiter + " is the first of a line that was told"));
  }
}
