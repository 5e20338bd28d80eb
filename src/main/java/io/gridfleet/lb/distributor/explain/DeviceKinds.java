package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.distributor.PlacementRequest;
import io.gridfleet.lb.distributor.Question;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which devices each waiting request admits. Devices that the same requests admit are of one kind,
 * so that a request chooses among kinds, of which there are few. Confined to one thread.
 *
 * <p>Kinds are found by adding a random number for each set of devices to the sum of each of its
 * devices: equal sums are equal memberships, with a probability of error below one in a million
 * million for ten thousand devices.
 */
final class DeviceKinds {
  /** Bounds the reading of sets to some ten milliseconds. */
  private static final long MAX_MEMBERS = 40_000_000;

  private final List<@Nullable DeviceSnapshot> devices;
  private final BitSet inService = new BitSet();
  private final BitSet online = new BitSet();
  private final BitSet unreserved = new BitSet();
  private final Map<String, BitSet> reserved = new HashMap<>();

  /** What requests ask for, and the number of the set of devices that they admit. */
  private final Map<Asked, Integer> known = new HashMap<>();

  private final Map<BitSet, Integer> sets = new HashMap<>();
  private final long[] sums;
  private final SplittableRandom random = new SplittableRandom(1);
  private long members;
  private int[][] kindsOfSets = {};
  private int[][] devicesOfKinds = {};

  private record Asked(List<Question> questions, Set<DeviceId> failed) {
    static Asked by(PlacementRequest request) {
      return new Asked(request.questions(), request.preference().failed());
    }
  }

  /**
   * @param devices by their index
   */
  DeviceKinds(List<@Nullable DeviceSnapshot> devices) {
    this.devices = devices;
    this.sums = new long[devices.size()];
    for (DeviceSnapshot device : devices) {
      if (device != null) {
        DeviceSnapshot.Service service = device.service();
        inService.set(device.index(), service.maintenance() == null && !service.draining());
        online.set(device.index(), service.offline() == null);
        device
            .reservedBy()
            .map(run -> reserved.computeIfAbsent(run, name -> new BitSet()))
            .orElse(unreserved)
            .set(device.index());
      }
    }
  }

  /** Returns the number of the set that a request admits; negative if there are too many. */
  int setOf(QueueState.Waiting waiting) {
    return known.computeIfAbsent(Asked.by(waiting.placement()), asked -> number(waiting));
  }

  private int number(QueueState.Waiting waiting) {
    BitSet admitted = admitted(waiting);
    Integer same = sets.get(admitted);
    if (same != null) {
      return same;
    }
    members += admitted.cardinality();
    if (members > MAX_MEMBERS) {
      return -1;
    }
    long number = random.nextLong();
    admitted.stream().forEach(device -> sums[device] += number);
    sets.put(admitted, sets.size());
    return sets.size() - 1;
  }

  private BitSet admitted(QueueState.Waiting waiting) {
    BitSet all = new BitSet();
    for (int i = 0; i < waiting.fitting().size(); i++) {
      Question question = waiting.placement().questions().get(i);
      BitSet admitted = (BitSet) waiting.fitting().get(i).clone();
      admitted.and(inService);
      admitted.and(ofRun(question.run()));
      if (question.named().isEmpty()) {
        admitted.and(online);
      }
      all.or(admitted);
    }
    Set<DeviceId> failed = waiting.placement().preference().failed();
    if (!failed.isEmpty()) {
      for (int index : all.stream().filter(it -> isOneOf(failed, it)).toArray()) {
        all.clear(index);
      }
    }
    return all;
  }

  private BitSet ofRun(Optional<String> run) {
    return run.map(id -> reserved.getOrDefault(id, new BitSet())).orElse(unreserved);
  }

  private boolean isOneOf(Set<DeviceId> failed, int index) {
    DeviceSnapshot device = devices.get(index);
    return device == null || failed.contains(device.device().id());
  }

  /** Computes the kinds, after {@link #setOf} was called for each request. */
  void divide() {
    Map<Long, List<Integer>> bySum = new HashMap<>();
    BitSet any = new BitSet();
    sets.keySet().forEach(any::or);
    any.stream()
        .forEach(
            device -> bySum.computeIfAbsent(sums[device], sum -> new ArrayList<>()).add(device));
    devicesOfKinds =
        bySum.values().stream()
            .map(all -> all.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
    Arrays.sort(devicesOfKinds, (one, other) -> Integer.compare(one[0], other[0]));
    kindsOfSets = new int[sets.size()][];
    sets.forEach((set, number) -> kindsOfSets[number] = kindsIn(set));
  }

  private int[] kindsIn(BitSet set) {
    int[] kinds = new int[devicesOfKinds.length];
    int found = 0;
    for (int kind = 0; kind < devicesOfKinds.length; kind++) {
      if (set.get(devicesOfKinds[kind][0])) {
        kinds[found++] = kind;
      }
    }
    return Arrays.copyOf(kinds, found);
  }

  /** Returns how many kinds there are. */
  int size() {
    return devicesOfKinds.length;
  }

  int[] kindsOf(int set) {
    return kindsOfSets[set];
  }

  int[] devicesOf(int kind) {
    return devicesOfKinds[kind];
  }
}
