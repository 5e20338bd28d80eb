package io.gridfleet.lb.distributor.explain;

import io.gridfleet.lb.history.SessionLengths;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how long the requests of one copy of the queue will wait: serves them in their order
 * many times, each time with other {@link SlotEnds}. Later arrivals, failures and other replicas
 * are not considered. Confined to one thread.
 *
 * <p>In one draw the slots of each kind of devices are a heap by their ends, and the kinds that a
 * request admits are another by their first ends. A time only grows within a draw, so a kind that
 * another request was served from is found to be late when it becomes the first. A draw takes
 * O((devices + requests) log devices) where requests ask for few different things.
 */
final class WaitForecast {
  private static final int DRAWS = 48;

  /** Bounds the time to some hundred milliseconds; requests further behind get no estimate. */
  private static final long MAX_STEPS = 60_000_000;

  /** The steps of serving one request in one draw, about. */
  private static final int STEPS_OF_A_REQUEST = 16;

  /** The part of the draws that is outside the range, on each side. */
  private static final double OUTSIDE = 0.08;

  private final QueueState queue;
  private final SlotEnds ends;
  private final DeviceKinds kinds;
  private final BitSet usual = new BitSet();

  /** The number of the set of devices that each request admits, see {@link DeviceKinds#setOf}. */
  private final int[] sets;

  /** The slots of each kind. */
  private final int[][] slots;

  /**
   * @param devices by their index
   */
  WaitForecast(
      QueueState queue,
      List<@Nullable DeviceSnapshot> devices,
      SessionLengths lengths,
      Instant now) {
    this.queue = queue;
    this.ends = new SlotEnds(devices, lengths, now, now.toEpochMilli());
    this.kinds = new DeviceKinds(devices);
    this.sets = queue.waiting().stream().mapToInt(kinds::setOf).toArray();
    kinds.divide();
    this.slots = new int[kinds.size()][];
    Arrays.setAll(slots, kind -> ends.of(kinds.devicesOf(kind)));
    IntStream.range(0, devices.size()).filter(ends::isUsualKnown).forEach(usual::set);
  }

  /** Returns an estimate for each request, in the order of the queue. */
  List<WaitEstimate> estimates() {
    int estimated = withinBound();
    long[][] waits = new long[estimated][DRAWS];
    for (int draw = 0; draw < DRAWS; draw++) {
      Draw current = new Draw();
      for (int place = 0; place < estimated; place++) {
        waits[place][draw] =
            queue.waiting().get(place).underQuota() ? current.serve(sets[place]) : SlotEnds.NEVER;
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
    BitSet counted = new BitSet();
    for (int place = 0; place < sets.length; place++) {
      int set = sets[place];
      if (set >= 0 && !counted.get(set)) {
        counted.set(set);
        steps += (long) DRAWS * kinds.kindsOf(set).length;
      }
      steps += (long) DRAWS * STEPS_OF_A_REQUEST;
      if (set < 0 || steps > MAX_STEPS) {
        return place;
      }
    }
    return sets.length;
  }

  private WaitEstimate estimate(QueueState.Waiting waiting, long[] waits) {
    if (!waiting.underQuota()) {
      return new WaitEstimate.Unknown("The quota of its tenant is reached");
    }
    if (waiting.fitting().isEmpty()) {
      return new WaitEstimate.Unknown(QueueReport.NOT_COMPARED);
    }
    if (waiting.fitting().stream().noneMatch(usual::intersects)) {
      return new WaitEstimate.Unknown("Too few sessions have ended on these devices");
    }
    Arrays.sort(waits);
    long from = waits[(int) (DRAWS * OUTSIDE)];
    long to = waits[DRAWS - 1 - (int) (DRAWS * OUTSIDE)];
    return to >= SlotEnds.NEVER
        ? new WaitEstimate.Unknown("It is not known when one of these devices returns")
        : new WaitEstimate.Range(Duration.ofMillis(from), Duration.ofMillis(to));
  }

  /** One draw: the ends of slots, read when a request first admits their kind. */
  private final class Draw {
    private final @Nullable TimeHeap[] slotsOfKinds = new TimeHeap[kinds.size()];
    private final @Nullable TimeHeap[] kindsOfSets = new TimeHeap[sets.length];

    /** Gives a request the slot that is free first; returns when. */
    long serve(int set) {
      if (kinds.kindsOf(set).length == 0) {
        return SlotEnds.NEVER;
      }
      TimeHeap first = kindsOf(set);
      TimeHeap kind = slotsOf(first.first());
      while (kind.time() > first.time()) {
        first.postpone(kind.time());
        kind = slotsOf(first.first());
      }
      long free = kind.time();
      if (free < SlotEnds.NEVER) {
        kind.postpone(free + ends.drawLength(kind.first()));
      }
      return free;
    }

    private TimeHeap kindsOf(int set) {
      TimeHeap known = kindsOfSets[set];
      if (known == null) {
        known = new TimeHeap(kinds.kindsOf(set), kind -> slotsOf(kind).time());
        kindsOfSets[set] = known;
      }
      return known;
    }

    private TimeHeap slotsOf(int kind) {
      TimeHeap known = slotsOfKinds[kind];
      if (known == null) {
        known = new TimeHeap(slots[kind], ends::draw);
        slotsOfKinds[kind] = known;
      }
      return known;
    }
  }
}
