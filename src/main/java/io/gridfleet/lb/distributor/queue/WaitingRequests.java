package io.gridfleet.lb.distributor.queue;

import io.gridfleet.lb.distributor.Invariant;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.distributor.fleet.DeviceState;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The waiting requests: one queue for each question, ordered by their heads, so that an update of a
 * device checks questions and not every request.
 *
 * <p>Owner: the distributor's lock. Requests enter and leave through {@link WaiterTransitions}
 * only, in one change with their state.
 *
 * <p>Invariants: a request with several questions is in the queue of each, or in none. A queue is
 * in {@link #ordered} exactly while it has requests. A question has its queue as long as any
 * request uses it that hasn't ended, here or as the head of another replica: there its fitting
 * devices are kept current.
 */
public final class WaitingRequests {
  /** Unused questions are kept with their fitting devices for the next request; a lab has few. */
  private static final int MAX_IDLE_QUEUES = 512;

  /**
   * Compares by mutable state: a queue is taken out of the ordered set before its head may change,
   * and added again afterwards. The number distinguishes queues with the same head.
   */
  private static final Comparator<QuestionQueue> BY_FIRST_WAITER =
      Comparator.comparing((QuestionQueue queue) -> queue.waiters().first())
          .thenComparingInt(QuestionQueue::number);

  private final Map<Question, QuestionQueue> queues = new HashMap<>();

  /**
   * Queues that no request uses, the longest unused first. A request uses its queues until it ends.
   */
  private final Set<QuestionQueue> idle = new LinkedHashSet<>();

  /** Queues with at least one request. */
  private final TreeSet<QuestionQueue> ordered = new TreeSet<>(BY_FIRST_WAITER);

  /** Queued requests by id. */
  private final Map<String, Waiter> byRequest = new HashMap<>();

  /** Queued requests by tenant; only of tenants with a quota. */
  private final Map<String, TreeSet<Waiter>> byTenant = new HashMap<>();

  /** Requests whose locks are requested: in no queue, and still ordered before later requests. */
  private final TreeMap<Waiter, DeviceState> asking = new TreeMap<>();

  private int maxIdle = MAX_IDLE_QUEUES;

  /** The number of the next question; it names a queue in signals, so none is used twice. */
  private int numbers;

  /**
   * Adds a user to the queue of a question; a new question is matched against all devices. The
   * request uses it until it {@link #part parts}, whether it is queued or its lock requested.
   */
  public QuestionQueue join(
      Question question, Collection<DeviceState> states, MatchResults answers) {
    QuestionQueue queue =
        queues.computeIfAbsent(
            question, fresh -> new QuestionQueue(numbers++, fresh, states, answers));
    if (queue.join()) {
      idle.remove(queue);
    }
    return queue;
  }

  /**
   * Removes a user that has ended. Unused questions are kept up to a maximum; the one that has been
   * unused longest is removed first.
   */
  public void part(QuestionQueue queue) {
    if (queue.part()) {
      idle.add(queue);
    }
    if (idle.size() > maxIdle) {
      QuestionQueue oldest = idle.iterator().next();
      idle.remove(oldest);
      queues.remove(oldest.question());
    }
  }

  /** Sets how many unused questions are kept. */
  public void keepIdle(int most) {
    maxIdle = most;
  }

  /** Returns whether a question has a queue, so that matching it is no work. */
  public boolean hasQueue(Question question) {
    return queues.containsKey(question);
  }

  /** Removes unused questions, whose fitting devices would have to be updated otherwise. */
  public void dropIdle() {
    idle.forEach(queue -> queues.remove(queue.question()));
    idle.clear();
  }

  /** Returns the questions in use, against which changed devices must be matched again. */
  public List<Question> questionsInUse() {
    return queues.values().stream()
        .filter(queue -> !idle.contains(queue))
        .map(QuestionQueue::question)
        .toList();
  }

  /** Returns a copy, because a caller may remove some. */
  public Collection<QuestionQueue> queues() {
    return List.copyOf(queues.values());
  }

  /** Adds a request to its queues; called after its state was entered. */
  void enter(Waiter waiter) {
    for (QuestionQueue queue : waiter.queues()) {
      removeFromOrder(queue);
      queue.waiters().add(waiter);
      ordered.add(queue);
    }
    byRequest.put(waiter.placement().request(), waiter);
    if (waiter.placement().quota().mostSessions().isPresent()) {
      byTenant
          .computeIfAbsent(waiter.placement().quota().tenant(), name -> new TreeSet<>())
          .add(waiter);
    }
  }

  /** Removes a request from its queues; no effect if it is in none. */
  void remove(Waiter waiter) {
    for (QuestionQueue queue : waiter.queues()) {
      removeFromOrder(queue);
      queue.waiters().remove(waiter);
      if (!queue.waiters().isEmpty()) {
        ordered.add(queue);
      }
    }
    byRequest.remove(waiter.placement().request(), waiter);
    TreeSet<Waiter> tenants = byTenant.get(waiter.placement().quota().tenant());
    if (tenants != null) {
      tenants.remove(waiter);
      if (tenants.isEmpty()) {
        byTenant.remove(waiter.placement().quota().tenant());
      }
    }
  }

  /** Takes a queue out of the order, which contains no empty ones. */
  private void removeFromOrder(QuestionQueue queue) {
    if (!queue.waiters().isEmpty()) {
      ordered.remove(queue);
    }
  }

  /**
   * Records that the lock of a device is requested for a request that isn't queued.
   *
   * @param wasQueued whether it may be published as a head
   */
  void lockRequested(Waiter waiter, DeviceState state, boolean wasQueued) {
    asking.put(waiter, state);
    if (wasQueued) {
      waiter.queues().forEach(queue -> queue.asking().add(waiter));
    }
  }

  /**
   * Removes a request from {@link #asking} after the store's answer; no effect if it isn't there.
   */
  void answered(Waiter waiter) {
    asking.remove(waiter);
    waiter.queues().forEach(queue -> queue.asking().remove(waiter));
  }

  /** Returns the requests whose locks are requested, in order, with their devices; not a copy. */
  public SortedMap<Waiter, DeviceState> asking() {
    return asking;
  }

  /** Returns the number of queued requests, without those whose locks are requested. */
  public int length() {
    return byRequest.size();
  }

  /** Returns a queued request; null also if its lock is requested. */
  @Nullable public Waiter of(String request) {
    return byRequest.get(request);
  }

  /** Returns a queued request, or one that was queued and whose lock is requested now. */
  @Nullable public Waiter ofWaiting(String request) {
    Waiter queued = byRequest.get(request);
    if (queued != null) {
      return queued;
    }
    return asking.keySet().stream()
        .filter(each -> each.placement().request().equals(request) && each.queued().isDone())
        .findFirst()
        .orElse(null);
  }

  /** Returns the arrival of the oldest queued request. */
  public Optional<Instant> firstArrival() {
    return byRequest.values().stream()
        .map(waiter -> waiter.placement().turn().arrival())
        .min(Comparator.naturalOrder());
  }

  /** Returns a copy, in order, because ending a request removes it. */
  public Collection<Waiter> all() {
    return new TreeSet<>(byRequest.values());
  }

  /**
   * Returns the queued requests of a tenant with a quota, in order; a copy, because serving removes
   * one.
   */
  public Collection<Waiter> ofTenant(String tenant) {
    TreeSet<Waiter> waiters = byTenant.get(tenant);
    return waiters == null ? List.of() : List.copyOf(waiters);
  }

  /**
   * Returns the first request in order that may have a device, of the questions that the device
   * fits. Visits queues in the order of their heads, each only while its requests go before the
   * best so far.
   */
  @Nullable public Waiter first(Predicate<QuestionQueue> answered, Predicate<Waiter> mayHave) {
    Waiter best = null;
    for (QuestionQueue queue : ordered) {
      if (best != null && queue.waiters().first().compareTo(best) > 0) {
        return best;
      }
      if (answered.test(queue)) {
        for (Waiter waiter : queue.waiters()) {
          if (best != null && waiter.compareTo(best) > 0) {
            break;
          }
          if (mayHave.test(waiter)) {
            best = waiter;
            break;
          }
        }
      }
    }
    return best;
  }

  /**
   * Checks, between two changes, that queued requests are {@code QUEUED} and in each of their
   * queues, that ended ones are in none, and that exactly the queues with requests are ordered.
   */
  public void verify() {
    for (Waiter waiter : byRequest.values()) {
      Invariant.holds(
          waiter.queues().stream().allMatch(queue -> queue.waiters().contains(waiter)),
          waiter.placement().request() + " isn't in each of its queues");
      Invariant.holds(
          waiter.placement().quota().mostSessions().isEmpty()
              || ofTenant(waiter.placement().quota().tenant()).contains(waiter),
          waiter.placement().request() + " is missing among the requests of its tenant");
    }
    byTenant.values().stream().flatMap(Collection::stream).forEach(WaitingRequests::isQueued);
    for (Waiter waiter : asking.keySet()) {
      Invariant.holds(waiter.isLocking(), waiter + " is in asking without a requested lock");
    }
    queues.values().forEach(this::verify);
    Invariant.holds(
        ordered.size() == queues.values().stream().filter(it -> !it.waiters().isEmpty()).count(),
        "the ordered queues aren't exactly those with requests");
  }

  private void verify(QuestionQueue queue) {
    queue.waiters().forEach(WaitingRequests::isQueued);
    for (Waiter waiter : queue.waiters()) {
      Invariant.holds(
          waiter.queues().contains(queue), waiter + " is in a queue that isn't its own");
    }
    Invariant.holds(
        asking.keySet().containsAll(queue.asking()), "an answered request is still in asking");
    Invariant.holds(
        queue.waiters().isEmpty() || ordered.contains(queue), "a queue isn't ordered by its head");
    Invariant.holds(
        queue.users() >= queue.waiters().size() + queue.asking().size(),
        "a question has fewer users than requests");
    Invariant.holds(idle.contains(queue) == (queue.users() == 0), "a question is idle and in use");
  }

  private static void isQueued(Waiter waiter) {
    Invariant.holds(waiter.state() == Waiter.State.QUEUED, waiter + " is in a queue");
  }
}
