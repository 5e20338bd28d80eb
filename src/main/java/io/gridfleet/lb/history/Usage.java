package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What the records say about the use of devices; implemented by the store. */
public interface Usage {
  /** The most rows of each kind that are read. */
  int MAX_ROWS = 200_000;

  /** Returns sessions and times out of service that overlap a time, the last to end first. */
  CompletionStage<List<Span>> spans(Query query);

  /** Returns the waits of requests that arrived in a time and got a device, the newest first. */
  CompletionStage<List<Wait>> waits(Query query);

  /**
   * @param only whose sessions and requests; empty for all
   */
  record Query(Instant from, Instant to, Optional<String> only) {}

  /** A time of a device; one that hasn't ended ends with the query. */
  record Span(
      DeviceId device, String platform, DevicePeriod.Kind kind, Instant began, Instant ended) {}

  /** The wait of a request. */
  record Wait(DeviceId device, Instant arrived, Duration waited) {}
}
