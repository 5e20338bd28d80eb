package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.Device;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.distributor.explain.DeviceSnapshot;
import io.gridfleet.lb.distributor.explain.QueueState;
import io.gridfleet.lb.distributor.explain.QueueState.Waiting;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which devices fit the questions of requests that wait on other replicas. Questions that wait here
 * too have their answer; those of the previous report are compared only with devices that have
 * changed. What exceeds the work of one report is left for the next one.
 *
 * <p>Thread-safe: one report at a time, without the distributor's lock.
 */
final class RemoteMatches {
  /** In the units of a selector's work: some tenths of a second. */
  private static final long MAX_WORK = 20_000_000;

  /** A question of 10 000 devices takes 1.3 kB. */
  private static final int MAX_KNOWN = 4_000;

  private Map<Question, BitSet> known = new HashMap<>();

  /** The devices that {@code known} is true of, by their index. */
  private List<@Nullable Device> compared = List.of();

  /**
   * Returns the queue with the requests of other replicas in their places. A request that isn't
   * compared yet has no list of fitting devices.
   */
  synchronized QueueState with(
      QueueState local, List<PlacementRequest> remote, Predicate<Quota> underQuota) {
    List<@Nullable Device> devices = byIndex(local.states());
    long work = update(devices);
    Comparison comparison = new Comparison(here(local), devices, work);
    List<Waiting> all = new ArrayList<>(local.waiting());
    for (PlacementRequest request : remote) {
      all.add(new Waiting(request, comparison.of(request), underQuota.test(request.quota())));
    }
    known = comparison.toKeep();
    compared = devices;
    all.sort(Comparator.comparing(waiting -> waiting.placement().turn()));
    return new QueueState(all, local.states());
  }

  /** The comparisons of one report. */
  private final class Comparison {
    private final Map<Question, BitSet> here;
    private final List<@Nullable Device> devices;
    private final Map<Question, BitSet> used = new HashMap<>();
    private long work;

    /**
     * @param here the answers of questions that wait here
     */
    Comparison(Map<Question, BitSet> here, List<@Nullable Device> devices, long work) {
      this.here = here;
      this.devices = devices;
      this.work = work;
    }

    /** Returns the devices that fit each question; an empty list if that is too much work. */
    List<BitSet> of(PlacementRequest request) {
      List<BitSet> fitting = new ArrayList<>();
      for (Question question : request.questions()) {
        BitSet found = of(question);
        if (found == null) {
          return List.of();
        }
        fitting.add(found);
      }
      return fitting;
    }

    private @Nullable BitSet of(Question question) {
      BitSet found = here.getOrDefault(question, used.get(question));
      if (found != null) {
        return found;
      }
      found = known.get(question);
      if (found == null && work <= MAX_WORK) {
        work += question.fitsWork(devices.size());
        found = matched(question, devices);
      }
      if (found != null) {
        used.put(question, found);
      }
      return found;
    }

    Map<Question, BitSet> toKeep() {
      if (used.size() <= MAX_KNOWN) {
        return used;
      }
      Map<Question, BitSet> some = new HashMap<>();
      used.entrySet().stream()
          .limit(MAX_KNOWN)
          .forEach(each -> some.put(each.getKey(), each.getValue()));
      return some;
    }
  }

  private static List<@Nullable Device> byIndex(List<DeviceSnapshot> states) {
    List<@Nullable Device> devices = new ArrayList<>();
    for (DeviceSnapshot state : states) {
      while (devices.size() <= state.index()) {
        devices.add(null);
      }
      devices.set(state.index(), state.device());
    }
    return devices;
  }

  private static Map<Question, BitSet> here(QueueState local) {
    Map<Question, BitSet> here = new HashMap<>();
    for (Waiting waiting : local.waiting()) {
      for (int i = 0; i < waiting.fitting().size(); i++) {
        here.put(waiting.placement().questions().get(i), waiting.fitting().get(i));
      }
    }
    return here;
  }

  /**
   * Compares the known questions with the devices that have changed. Copies of the previous report
   * aren't changed, because another thread may still read them.
   *
   * @return the work that it took
   */
  @SuppressWarnings("ReferenceEquality") // an equal copy is compared again, which is right too
  private long update(List<@Nullable Device> devices) {
    BitSet changed = new BitSet();
    for (int index = 0; index < Math.max(devices.size(), compared.size()); index++) {
      if (at(devices, index) != at(compared, index)) {
        changed.set(index);
      }
    }
    if (changed.isEmpty()) {
      return 0;
    }
    long work = 0;
    Map<Question, BitSet> updated = new HashMap<>();
    for (Map.Entry<Question, BitSet> each : known.entrySet()) {
      work += each.getKey().fitsWork(changed.cardinality());
      if (work > MAX_WORK) {
        break;
      }
      BitSet fitting = (BitSet) each.getValue().clone();
      changed.stream().forEach(index -> set(fitting, index, each.getKey(), at(devices, index)));
      updated.put(each.getKey(), fitting);
    }
    known = updated;
    return work;
  }

  private static @Nullable Device at(List<@Nullable Device> devices, int index) {
    return index < devices.size() ? devices.get(index) : null;
  }

  private static void set(BitSet fitting, int index, Question question, @Nullable Device device) {
    fitting.set(index, device != null && question.fits(device));
  }

  private static BitSet matched(Question question, List<@Nullable Device> devices) {
    BitSet fitting = new BitSet(devices.size());
    for (int index = 0; index < devices.size(); index++) {
      set(fitting, index, question, devices.get(index));
    }
    return fitting;
  }
}
