package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The records that a replay needs, page by page, the newest first; implemented by the store. */
public interface RecordedTraffic {

  /** Returns requests that arrived in a time and were admitted. */
  CompletionStage<Page<Request>> requests(Time time, Optional<Cursor> after, int limit);

  /** Returns sessions, times out of service and reservations that overlap a time. */
  CompletionStage<Page<Use>> uses(Time time, Optional<Cursor> after, int limit);

  /** From an instant, included, to another, not included. */
  record Time(Instant from, Instant to) {}

  /** The last row of a page. */
  record Cursor(Instant at, String id) {}

  /** A page; more follow after {@code next}. */
  record Page<T>(List<T> rows, Optional<Cursor> next) {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  /**
   * A request.
   *
   * @param selector of each candidate, joined as {@link RequestRow#selector} has it
   */
  record Request(
      String id, Instant arrived, Owner owner, String selector, Terms terms, Result result) {}

  record Owner(String tenant, Optional<String> run) {}

  /**
   * How it waits.
   *
   * @param patience how long it waits for a device at most
   */
  record Terms(int priority, Duration patience) {}

  /**
   * What came of it.
   *
   * @param ended empty while it is in progress
   * @param locked when its last device was locked for it
   */
  record Result(
      RequestRow.Outcome outcome,
      Optional<Instant> ended,
      Optional<Instant> locked,
      Optional<String> session) {}

  /**
   * A time of a device.
   *
   * @param ended empty if it hasn't ended
   */
  record Use(
      DeviceId device,
      DevicePeriod.Kind kind,
      Instant began,
      Optional<Instant> ended,
      Optional<String> session,
      Optional<String> run) {}
}
