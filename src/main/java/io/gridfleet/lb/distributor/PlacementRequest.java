package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A request's ask for a device.
 *
 * @param request the id of the new session request
 * @param questions one for each candidate of its capabilities, in {@code firstMatch} order
 * @param locksLost attempts that ended before their node was asked
 */
public record PlacementRequest(
    String request,
    List<Question> questions,
    QueuePosition turn,
    Preference preference,
    Quota quota,
    int locksLost) {
  public PlacementRequest {
    questions = List.copyOf(questions);
  }

  public PlacementRequest(
      String request,
      List<Question> questions,
      QueuePosition turn,
      Preference preference,
      Quota quota) {
    this(request, questions, turn, preference, quota, 0);
  }

  /** The key of its next attempt: a node that has seen a key replays what it answered before. */
  String attempt() {
    return request + "-" + (preference.failed().size() + locksLost + 1);
  }

  /** The same ask, without a device that failed it. */
  public PlacementRequest without(DeviceId failed) {
    return new PlacementRequest(
        request, questions, turn, preference.without(failed), quota, locksLost);
  }

  /** The same ask after an attempt whose node wasn't asked; its key isn't used again. */
  public PlacementRequest again() {
    return new PlacementRequest(request, questions, turn, preference, quota, locksLost + 1);
  }

  /**
   * Its place in the queue.
   *
   * @param priority higher goes first
   * @param arrival earlier goes first
   * @param number tells apart those that arrived together
   */
  public record QueuePosition(int priority, Instant arrival, long number)
      implements Comparable<QueuePosition> {
    /**
     * Requests that arrived as close as this have no order between replicas: below the second that
     * is promised, above what clocks and signals are late by.
     */
    private static final Duration TOGETHER = Duration.ofMillis(250);

    @Override
    public int compareTo(QueuePosition other) {
      int byPriority = Integer.compare(other.priority, priority);
      if (byPriority != 0) {
        return byPriority;
      }
      int byArrival = arrival.compareTo(other.arrival);
      return byArrival != 0 ? byArrival : Long.compare(number, other.number);
    }

    /** Whether it goes before one that other replicas, or answers under way, may overtake. */
    boolean isWellBefore(QueuePosition other) {
      return priority != other.priority
          ? priority > other.priority
          : arrival.plus(TOGETHER).isBefore(other.arrival);
    }
  }

  /**
   * Which of the devices that fit it would rather have.
   *
   * @param avoidFailed whether devices that lately failed come last
   * @param failed devices that failed this very request: it doesn't get them again
   */
  public record Preference(PickStrategy strategy, boolean avoidFailed, Set<DeviceId> failed) {
    public Preference {
      failed = Set.copyOf(failed);
    }

    Preference without(DeviceId device) {
      Set<DeviceId> all = new HashSet<>(failed);
      all.add(device);
      return new Preference(strategy, avoidFailed, all);
    }
  }
}
