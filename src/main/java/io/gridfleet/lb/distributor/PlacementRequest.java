package io.gridfleet.lb.distributor;

import io.gridfleet.lb.device.DeviceId;
import io.gridfleet.lb.device.Quota;
import io.gridfleet.lb.device.SessionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A request for a device.
 *
 * @param request the id of the new session request
 * @param questions one for each candidate of its capabilities, in {@code firstMatch} order
 */
public record PlacementRequest(
    String request,
    List<Question> questions,
    QueuePosition turn,
    Preference preference,
    Quota quota,
    Attempts attempts) {
  public PlacementRequest {
    questions = List.copyOf(questions);
  }

  public PlacementRequest(
      String request,
      List<Question> questions,
      QueuePosition turn,
      Preference preference,
      Quota quota) {
    this(request, questions, turn, preference, quota, new Attempts(0, Optional.empty()));
  }

  /**
   * Returns the key of its next attempt; distinct, because a node replays its answer to a known
   * key.
   */
  String attempt() {
    return request + "-" + (preference.failed().size() + attempts.locksLost() + 1);
  }

  /** Returns whether the device hasn't failed this request. */
  public boolean accepts(DeviceId device) {
    return preference.failed().isEmpty() || !preference.failed().contains(device);
  }

  /** Returns the same request, without a device that failed it. */
  public PlacementRequest without(DeviceId failed) {
    return new PlacementRequest(
        request, questions, turn, preference.without(failed), quota, attempts);
  }

  /**
   * Returns the same request after an attempt whose node wasn't called; its key isn't used again.
   */
  public PlacementRequest again() {
    Attempts more = new Attempts(attempts.locksLost() + 1, attempts.session());
    return new PlacementRequest(request, questions, turn, preference, quota, more);
  }

  /**
   * The attempts of a request.
   *
   * @param locksLost those that ended before their node was called
   * @param session the limits of the session that each requests, if they are known
   */
  public record Attempts(int locksLost, Optional<SessionLimits> session) {}

  /**
   * The position of a request in the queue.
   *
   * @param priority higher goes first
   * @param arrival earlier goes first
   * @param number distinguishes requests that arrived at the same instant
   */
  public record QueuePosition(int priority, Instant arrival, long number)
      implements Comparable<QueuePosition> {
    /**
     * Requests that arrived within this time have no order between replicas: below the documented
     * second, above the usual skew of clocks and delay of signals.
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

    /** Returns whether it goes before the other by more than {@link #TOGETHER}, or by priority. */
    public boolean isWellBefore(QueuePosition other) {
      return priority != other.priority
          ? priority > other.priority
          : arrival.plus(TOGETHER).isBefore(other.arrival);
    }
  }

  /**
   * The preference of a request among the devices that fit.
   *
   * @param avoidFailed whether avoided devices come last
   * @param failed devices that failed this request: it doesn't get them again
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
