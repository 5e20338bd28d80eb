package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.history.SessionLengths;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * When each slot of each device becomes free, in milliseconds from now: known, or drawn from the
 * usual lengths of sessions. A session that lives is assumed to be one of those that are longer
 * than it has lived. Slots are numbered over all devices. Confined to one thread.
 */
final class SlotEnds {
  /** Later than anything; two of them are still a positive number. */
  static final long NEVER = Long.MAX_VALUE / 4;

  /** A session that is deleted on its node, or one that starts, is so for about this long. */
  private static final long ENDING_MS = 2_000;

  private static final long[] UNKNOWN = {};

  private final SplittableRandom random;
  private final Slot[] slots;

  /** The first slot of each device, by its index, and of one behind the last. */
  private final int[] firsts;

  /** The usual lengths of each device, sorted; devices share them. */
  private final long[][] usual;

  /**
   * A slot.
   *
   * @param free when it is free at the earliest
   * @param age of the session that holds it; negative if its end isn't drawn
   */
  private record Slot(int device, long free, long age) {}

  /**
   * @param devices by their index
   * @param seed the same for the same instant, so that two readers see the same
   */
  SlotEnds(List<@Nullable DeviceSnapshot> devices, SessionLengths lengths, Instant now, long seed) {
    this.random = new SplittableRandom(seed);
    this.firsts = new int[devices.size() + 1];
    this.usual = new long[devices.size()][];
    Arrays.fill(usual, UNKNOWN);
    IdentityHashMap<List<Long>, long[]> shared = new IdentityHashMap<>();
    for (int i = 0; i < devices.size(); i++) {
      DeviceSnapshot device = devices.get(i);
      firsts[i + 1] = firsts[i] + (device == null ? 0 : Math.max(1, device.device().slots()));
      if (device != null) {
        List<Long> known = lengths.on(device.device().id(), device.device().platform());
        usual[i] = shared.computeIfAbsent(known, SlotEnds::array);
      }
    }
    this.slots = new Slot[firsts[devices.size()]];
    for (DeviceSnapshot device : devices) {
      if (device != null) {
        fill(device, now);
      }
    }
  }

  private static long[] array(List<Long> lengths) {
    return lengths.stream().mapToLong(Long::longValue).toArray();
  }

  private void fill(DeviceSnapshot device, Instant now) {
    Instant cooling = device.rest().coolingUntil();
    long rests = cooling == null ? 0 : Math.max(0, Duration.between(now, cooling).toMillis());
    int first = firsts[device.index()];
    for (int i = first; i < firsts[device.index() + 1]; i++) {
      slots[i] =
          i - first < device.held().size()
              ? held(device.index(), device.held().get(i - first), rests, now)
              : new Slot(device.index(), rests, -1);
    }
  }

  private static Slot held(int device, HeldLock lock, long rests, Instant now) {
    return switch (lock.kind()) {
      case OPERATOR -> new Slot(device, NEVER, -1);
      case ENDING -> new Slot(device, Math.max(rests, ENDING_MS), -1);
      case ATTEMPT, SESSION ->
          new Slot(device, rests, Math.max(0, Duration.between(lock.since(), now).toMillis()));
    };
  }

  /** Returns the slots of devices. */
  int[] of(int[] devices) {
    return Arrays.stream(devices)
        .flatMap(device -> IntStream.range(firsts[device], firsts[device + 1]))
        .toArray();
  }

  /** Returns whether the usual lengths of sessions on a device are known. */
  boolean isUsualKnown(int device) {
    return usual[device].length > 0;
  }

  /** Draws when a slot becomes free. */
  long draw(int slot) {
    Slot known = slots[slot];
    return known.age() < 0
        ? known.free()
        : Math.max(known.free(), drawBeyond(usual[known.device()], known.age()) - known.age());
  }

  /** Draws one of the lengths that are above a bound; beyond all of them, a part more of it. */
  private long drawBeyond(long[] lengths, long bound) {
    int place = Arrays.binarySearch(lengths, bound + 1);
    int low = place < 0 ? -place - 1 : firstOf(lengths, place);
    return low < lengths.length
        ? lengths[low + random.nextInt(lengths.length - low)]
        : bound + 1 + (long) (bound * random.nextDouble() / 2);
  }

  private static int firstOf(long[] lengths, int place) {
    int first = place;
    while (first > 0 && lengths[first - 1] == lengths[place]) {
      first--;
    }
    return first;
  }

  /** Draws how long a session on the device of a slot takes. */
  long drawLength(int slot) {
    long[] lengths = usual[slots[slot].device()];
    return lengths.length == 0 ? NEVER : lengths[random.nextInt(lengths.length)];
  }
}
