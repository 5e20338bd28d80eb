package io.gridfleet.lb.history;

import io.gridfleet.lb.device.DeviceId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The stored periods of devices, of all replicas. */
public interface DeviceHistory extends HistoryWriter.Sink<PeriodChange> {

  /** Returns a page of a device's periods, newest first. */
  CompletionStage<Page> page(Filter filter, Optional<Cursor> after, int limit);

  /**
   * Returns failed attempts that ended after a time, the newest first.
   *
   * @param tenant whose attempts; empty for all
   */
  CompletionStage<List<DevicePeriod>> failures(Optional<String> tenant, Instant after, int limit);

  /** Returns the sessions that ended last, of all devices, the newest first. */
  CompletionStage<List<SessionLengths.Ended>> ended(int limit);

  /**
   * Ends what replicas left open that died or whose records were dropped: periods whose planned end
   * has passed, and those that other stored facts contradict. Offline periods of dead replicas are
   * taken over, and ended here unless the device is offline. An offline device without an offline
   * period gets one that begins now: its begin was dropped, the device was added since, or the
   * replica that had the period reaches the node again.
   *
   * @param offline the devices that this replica sees offline
   * @return how many were ended
   */
  CompletionStage<Integer> reconcile(List<Offline> offline);

  /**
   * An offline device.
   *
   * @param cause a text
   */
  record Offline(DevicePeriod.NamedDevice device, String cause) {}

  /**
   * Deletes old rows in small steps, on one replica at a time.
   *
   * @return how many
   */
  CompletionStage<Integer> prune(Duration keep, int most);

  /** A page; more follow after {@code next}. */
  record Page(List<DevicePeriod> periods, Optional<Cursor> next) {
    public Page {
      periods = List.copyOf(periods);
    }
  }

  /** The last row of a page. */
  record Cursor(Instant began, String id) {}

  /**
   * Which periods a page has: those that overlap the time from and to.
   *
   * @param only the tenant that reads; periods of others are omitted; empty for all
   */
  record Filter(
      DeviceId device, Optional<String> only, Optional<Instant> from, Optional<Instant> to) {}
}
