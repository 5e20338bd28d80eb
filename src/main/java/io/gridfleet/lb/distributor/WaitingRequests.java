package io.gridfleet.lb.distributor;

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
 * Where requests wait: one line by question, the lines ordered by their first request, so that news
 * of a device looks at questions and not at every request.
 *
 * <p>Owner: the distributor's lock. Requests enter and leave through {@link WaiterTransitions}
 * only, in one change with the state that says so.
 *
 * <p>Invariants: a request with several questions is in the line of each, or in none. A line is in
 * {@link #lines} exactly while somebody is in it. A question is known as long as any request that
 * has not ended asks it, here or at the head of another replica's line: the answers of devices that
 * change meanwhile are kept current in that one place.
 */
final class WaitingRequests {
  /** Answers to questions that nobody waits with are kept for the next who asks: a lab asks few. */
  private static final int MAX_IDLE_AUDIENCES = 512;

  /**
   * Compares what changes: a line is taken out of the ordered set before its first request may
   * change, and put in again afterwards. The number tells apart lines with the same first request.
   */
  private static final Comparator<QuestionQueue> BY_FIRST_WAITER =
      Comparator.comparing((QuestionQueue audience) -> audience.waiters().first())
          .thenComparingInt(QuestionQueue::number);

  private final Map<Question, QuestionQueue> audiences = new HashMap<>();

  /** Those that no request uses, longest first. A request uses its audiences until it has ended. */
  private final Set<QuestionQueue> idle = new LinkedHashSet<>();

  /** Lines with somebody in them. */
  private final TreeSet<QuestionQueue> lines = new TreeSet<>(BY_FIRST_WAITER);

  /** Who is in a line, by the id of the request, for those who remove one. */
  private final Map<String, Waiter> byRequest = new HashMap<>();

  /** Who is in a line and may have to wait for its tenant's quota; others aren't looked for. */
  private final Map<String, TreeSet<Waiter>> byTenant = new HashMap<>();

  /** Requests whose locks are being asked for: in no line, and still before those behind them. */
  private final TreeMap<Waiter, DeviceState> asking = new TreeMap<>();

  /** The number of the newest question; other replicas know a line by it, so none is used twice. */
  private int numbers;

  /**
   * A request joins those that ask this question, which is asked of all seats if nobody did yet. It
   * belongs to them until it {@link #part parts}, whether it waits or its lock is being asked for.
   */
  QuestionQueue join(Question question, Collection<DeviceState> states, MatchResults answers) {
    QuestionQueue audience =
        audiences.computeIfAbsent(
            question, fresh -> new QuestionQueue(numbers++, fresh, states, answers));
    if (audience.join()) {
      idle.remove(audience);
    }
    return audience;
  }

  /**
   * A request that joined has ended. Its question is kept while few are idle; the one that has been
   * idle longest goes first.
   */
  void part(QuestionQueue audience) {
    if (audience.part()) {
      idle.add(audience);
    }
    if (idle.size() > MAX_IDLE_AUDIENCES) {
      QuestionQueue oldest = idle.iterator().next();
      idle.remove(oldest);
      audiences.remove(oldest.question());
    }
  }

  /** Whether a question has been asked of all seats, so that asking it again is no work. */
  boolean knows(Question question) {
    return audiences.containsKey(question);
  }

  /** Forgets the answers that no request uses: devices have changed, and nobody waits for them. */
  void dropIdle() {
    idle.forEach(audience -> audiences.remove(audience.question()));
    idle.clear();
  }

  /** What those ask who wait or are being served: devices that change are to be asked it again. */
  List<Question> questionsInUse() {
    return audiences.values().stream()
        .filter(audience -> !idle.contains(audience))
        .map(QuestionQueue::question)
        .toList();
  }

  /** A copy: what is done with them may forget some. */
  Collection<QuestionQueue> audiences() {
    return List.copyOf(audiences.values());
  }

  /** Called after the state was entered that has it in the line. */
  void enter(Waiter waiter) {
    for (QuestionQueue audience : waiter.audiences()) {
      leaveLine(audience);
      audience.waiters().add(waiter);
      lines.add(audience);
    }
    byRequest.put(waiter.placement().request(), waiter);
    if (waiter.placement().quota().mostSessions().isPresent()) {
      byTenant
          .computeIfAbsent(waiter.placement().quota().tenant(), name -> new TreeSet<>())
          .add(waiter);
    }
  }

  /** Does nothing for a request that is in no line. */
  void leave(Waiter waiter) {
    for (QuestionQueue audience : waiter.audiences()) {
      leaveLine(audience);
      audience.waiters().remove(waiter);
      if (!audience.waiters().isEmpty()) {
        lines.add(audience);
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

  /** Takes a line out of the order, in which an empty one isn't. */
  private void leaveLine(QuestionQueue audience) {
    if (!audience.waiters().isEmpty()) {
      lines.remove(audience);
    }
  }

  /**
   * The lock of a seat is asked for, for a request that isn't in the line.
   *
   * @param wasInLine whether other replicas may have been told of it
   */
  void asks(Waiter waiter, DeviceState state, boolean wasInLine) {
    asking.put(waiter, state);
    if (wasInLine) {
      waiter.audiences().forEach(audience -> audience.asking().add(waiter));
    }
  }

  /**
   * The store has answered a request: it keeps nobody waiting any more. Does nothing for one whose
   * lock wasn't asked for.
   */
  void answered(Waiter waiter) {
    asking.remove(waiter);
    waiter.audiences().forEach(audience -> audience.asking().remove(waiter));
  }

  /** Those whose locks are being asked for, in their order, and of which seats; not a copy. */
  SortedMap<Waiter, DeviceState> asking() {
    return asking;
  }

  /** How many wait; those whose locks are being asked for aren't counted. */
  int length() {
    return byRequest.size();
  }

  /** Null also for a request whose lock is being asked for. */
  @Nullable Waiter of(String request) {
    return byRequest.get(request);
  }

  /** When the request that waits longest arrived. */
  Optional<Instant> firstArrival() {
    return byRequest.values().stream()
        .map(waiter -> waiter.placement().turn().arrival())
        .min(Comparator.naturalOrder());
  }

  /** A copy, in order: ending one takes it out of the line. */
  Collection<Waiter> all() {
    return new TreeSet<>(byRequest.values());
  }

  /** Those of one tenant that has a limit, in their order; a copy, as serving one takes it out. */
  Collection<Waiter> ofTenant(String tenant) {
    TreeSet<Waiter> waiters = byTenant.get(tenant);
    return waiters == null ? List.of() : List.copyOf(waiters);
  }

  /**
   * The first request in order that may have a seat, among the questions that the seat answers.
   * Lines are looked at in the order of their first requests, each only as far as it can have one
   * that goes before the best so far.
   */
  @Nullable Waiter first(Predicate<QuestionQueue> answered, Predicate<Waiter> mayHave) {
    Waiter best = null;
    for (QuestionQueue audience : lines) {
      if (best != null && audience.waiters().first().compareTo(best) > 0) {
        return best;
      }
      if (answered.test(audience)) {
        for (Waiter waiter : audience.waiters()) {
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
   * Between two changes: whoever waits is in each of its lines and in no state but {@code QUEUED};
   * whoever has ended is in none; a line stands in order exactly while somebody is in it.
   */
  void verify() {
    for (Waiter waiter : byRequest.values()) {
      Invariant.holds(
          waiter.audiences().stream().allMatch(audience -> audience.waiters().contains(waiter)),
          waiter.placement().request() + " waits, and isn't in each of its lines");
      Invariant.holds(
          waiter.placement().quota().mostSessions().isEmpty()
              || ofTenant(waiter.placement().quota().tenant()).contains(waiter),
          waiter.placement().request() + " waits, and isn't among those of its tenant");
    }
    byTenant.values().stream().flatMap(Collection::stream).forEach(WaitingRequests::isQueued);
    for (Waiter waiter : asking.keySet()) {
      Invariant.holds(waiter.isLocking(), waiter + " isn't asking for a lock");
    }
    audiences.values().forEach(this::verify);
    Invariant.holds(
        lines.size() == audiences.values().stream().filter(it -> !it.waiters().isEmpty()).count(),
        "a line has nobody in it, or isn't there although somebody is");
  }

  private void verify(QuestionQueue audience) {
    audience.waiters().forEach(WaitingRequests::isQueued);
    for (Waiter waiter : audience.waiters()) {
      Invariant.holds(waiter.audiences().contains(audience), waiter + " is in a foreign line");
    }
    Invariant.holds(
        asking.keySet().containsAll(audience.asking()), "an answered request is still asking");
    Invariant.holds(
        audience.waiters().isEmpty() || lines.contains(audience),
        "a line isn't where its first request belongs");
    Invariant.holds(
        audience.users() >= audience.waiters().size() + audience.asking().size(),
        "a question has fewer users than requests");
    Invariant.holds(
        idle.contains(audience) == (audience.users() == 0), "a question is idle and in use");
  }

  private static void isQueued(Waiter waiter) {
    Invariant.holds(waiter.state() == Waiter.State.QUEUED, waiter + " is in a line");
  }
}
