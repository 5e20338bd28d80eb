package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.device.HeldLock;
import io.gridfleet.lb.distributor.Question;
import io.gridfleet.lb.history.SessionLengths;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how long the requests of one copy of the queue will wait: serves them in their order
 * many times, each time with other session lengths, drawn from the usual ones of each device. A
 * session that lives is assumed to be one of those that are longer than it has lived. Later
 * arrivals, failures and other replicas are not considered. Confined to one thread.
 */
final class WaitForecast {
  private static final int DRAWS = 48;

  /** Bounds the time to some ten milliseconds; requests further behind get no estimate. */
  private static final long MAX_STEPS = 4_000_000;

  /** The part of the draws that is outside the range, on each side. */
  private static final double OUTSIDE = 0.08;

  private static final long NEVER = Long.MAX_VALUE / 4;

  /** A session that is deleted on its node, or one that starts, is so for about this long. */
  private static final long ENDING_MS = 2_000;

  private final QueueState queue;
  private final List<@Nullable DeviceSnapshot> devices;
  private final SessionLengths lengths;
  private final Instant now;

  /** The same for the same instant, so that two readers see the same. */
  private final Random random;

  /** When each slot of a device becomes free, in milliseconds from now, in one draw. */
  private final long[][] slots;

  /**
   * @param devices by their index
   */
  WaitForecast(
      QueueState queue,
      List<@Nullable DeviceSnapshot> devices,
      SessionLengths lengths,
      Instant now) {
    this.queue = queue;
    this.devices = devices;
    this.lengths = lengths;
    this.now = now;
    this.random = new Random(now.toEpochMilli());
    this.slots = new long[devices.size()][];
  }

  /** Returns an estimate for each request, in the order of the queue. */
  List<WaitEstimate> estimates() {
    int estimated = withinBound();
    long[][] waits = new long[estimated][DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      Arrays.fill(slots, null);
      for (int place = 0; place < estimated; place++) {
        waits[place][draw] = serve(queue.waiting().get(place));
      }
    }
    List<WaitEstimate> estimates = new ArrayList<>();
    for (int place = 0; place < queue.waiting().size(); place++) {
      estimates.add(
          place < estimated
              ? estimate(queue.waiting().get(place), waits[place])
              : new WaitEstimate.Unknown("Too many requests wait before it"));
    }
    return estimates;
  }

  private int withinBound() {
    long steps = 0;
    int place = 0;
    for (QueueState.Waiting each : queue.waiting()) {
      steps += (long) DRAWS * each.fitting().stream().mapToInt(BitSet::cardinality).sum();
      if (steps > MAX_STEPS) {
        return place;
      }
      place++;
    }
    return place;
  }

  private WaitEstimate estimate(QueueState.Waiting waiting, long[] waits) {
    if (!waiting.underQuota()) {
      return new WaitEstimate.Unknown("The quota of its tenant is reached");
    }
    if (!usual(waiting)) {
      return new WaitEstimate.Unknown("Too few sessions have ended on these devices");
    }
    Arrays.sort(waits);
    long from = waits[(int) (DRAWS * OUTSIDE)];
    long to = waits[DRAWS - 1 - (int) (DRAWS * OUTSIDE)];
    return to >= NEVER
        ? new WaitEstimate.Unknown("It is not known when one of these devices returns")
        : new WaitEstimate.Range(Duration.ofMillis(from), Duration.ofMillis(to));
  }

  /** Returns whether the usual length is known on a device that fits. */
  private boolean usual(QueueState.Waiting waiting) {
    return waiting.fitting().stream()
        .flatMapToInt(BitSet::stream)
        .mapToObj(devices::get)
        .anyMatch(device -> device != null && !usualOn(device).isEmpty());
  }

  private List<Long> usualOn(DeviceSnapshot device) {
    return lengths.on(device.device().id(), device.device().platform());
  }

  /** Gives a request the slot that is free first; returns when. */
  private long serve(QueueState.Waiting waiting) {
    if (!waiting.underQuota()) {
      return NEVER;
    }
    long first = NEVER;
    int best = -1;
    for (int i = 0; i < waiting.fitting().size(); i++) {
      Question question = waiting.placement().questions().get(i);
      BitSet fitting = waiting.fitting().get(i);
      for (int index = fitting.nextSetBit(0); index >= 0; index = fitting.nextSetBit(index + 1)) {
        DeviceSnapshot device = devices.get(index);
        if (device != null && admits(device, question, waiting)) {
          long free = slotsOf(device)[soonest(slotsOf(device))];
          if (free < first) {
            first = free;
            best = index;
          }
        }
      }
    }
    if (best >= 0) {
      long[] all = slots[best];
      all[soonest(all)] = first + length(devices.get(best));
    }
    return first;
  }

  private static boolean admits(
      DeviceSnapshot device, Question question, QueueState.Waiting waiting) {
    return question.run().equals(device.reservedBy())
        && !waiting.placement().preference().failed().contains(device.device().id())
        && device.service().maintenance() == null
        && !device.service().draining()
        && (device.service().offline() == null || question.named().isPresent());
  }

  private static int soonest(long[] slots) {
    int best = 0;
    for (int i = 1; i < slots.length; i++) {
      best = slots[i] < slots[best] ? i : best;
    }
    return best;
  }

  private long[] slotsOf(DeviceSnapshot device) {
    long[] known = slots[device.index()];
    if (known == null) {
      known = new long[Math.max(1, device.device().slots())];
      Instant cooling = device.rest().coolingUntil();
      long rests = cooling == null ? 0 : Math.max(0, Duration.between(now, cooling).toMillis());
      for (int i = 0; i < known.length; i++) {
        known[i] = Math.max(rests, i < device.held().size() ? left(device, i) : 0);
      }
      slots[device.index()] = known;
    }
    return known;
  }

  /** Draws how long a lock will be held from now on. */
  private long left(DeviceSnapshot device, int slot) {
    HeldLock lock = device.held().get(slot);
    long age = Math.max(0, Duration.between(lock.since(), now).toMillis());
    return switch (lock.kind()) {
      case OPERATOR -> NEVER;
      case ENDING -> ENDING_MS;
      case ATTEMPT, SESSION -> drawBeyond(usualOn(device), age) - age;
    };
  }

  /** Draws one of the lengths that are above a bound; beyond all of them, a part more of it. */
  private long drawBeyond(List<Long> usual, long bound) {
    int low = 0;
    int high = usual.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (usual.get(middle) > bound) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low < usual.size()
        ? usual.get(low + random.nextInt(usual.size() - low))
        : bound + 1 + (long) (bound * random.nextDouble() / 2);
  }

  private long length(@Nullable DeviceSnapshot device) {
    List<Long> usual = device == null ? List.of() : usualOn(device);
    return usual.isEmpty() ? NEVER : usual.get(random.nextInt(usual.size()));
  }
}
