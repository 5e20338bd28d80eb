package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the records say about the use of devices; implemented by the store. */
public interface Usage {
  /** The most rows of each kind that are read. */
  int MAX_ROWS = 200_000;

  /**
   * Returns sums of the sessions and the times out of service that overlap a time.
   *
   * @param groups which devices are summed up together; others aren't counted
   */
  CompletionStage<List<Sum>> sums(Query query, Map<DeviceId, Integer> groups);

  /** Returns the waits of requests that arrived in a time and got a device, the newest first. */
  CompletionStage<List<Wait>> waits(Query query);

  /**
   * @param only whose sessions and requests; empty for all
   */
  record Query(Instant from, Instant to, Optional<String> only) {}

  /**
   * Spans of a group that begin in the same hour and end in the same hour, as far as they are in
   * the time of the query; one that hasn't ended ends with it. Hours are counted from the epoch.
   * Several sums may be of the same hours.
   *
   * @param session whether they are sessions; otherwise times out of service
   * @param last the hour that they end in; an end on the hour is in the hour before
   * @param spans how many they are
   * @param begun how many of them began within the time
   * @param intoFirst the sum of the milliseconds from the beginning of the first hour to their
   *     begins
   * @param intoLast the sum of the milliseconds from the beginning of the last hour to their ends
   */
  record Sum(
      int group,
      boolean session,
      long first,
      long last,
      int spans,
      int begun,
      long intoFirst,
      long intoLast) {}

  /** The wait of a request. */
  record Wait(DeviceId device, Instant arrived, Duration waited) {}
}
