package io.gridfleet.lb.api.overview;

import io.gridfleet.lb.distributor.DeviceView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The parts of the overview; a port implemented by the application. */
public interface LabOverview {

  /** Returns all devices and their state. Takes long in a large lab: not for event loops. */
  List<DeviceView> devices();

  /**
   * Returns the failed attempts of the last hour by device and cause, at most {@code limit} rows.
   * Doesn't fail: empty while the store can't be reached.
   *
   * @param tenant whose attempts; empty for all
   */
  CompletionStage<List<Failures>> failures(Optional<String> tenant, int limit);

  /** Returns the running replicas; only this one while the store can't be reached. */
  CompletionStage<List<Replica>> replicas();

  StoreState store();

  String version();

  /**
   * The failed attempts of one device with one cause.
   *
   * @param text the node's own words of the last one; may be empty
   */
  record Failures(String device, String name, String cause, int count, Instant last, String text) {
    public Failures plusOne() {
      return new Failures(device, name, cause, count + 1, last, text);
    }
  }

  /**
   * A process that uses the store.
   *
   * @param self whether it is this one
   */
  record Replica(String name, boolean self, Instant lastSeen) {}

  /**
   * The state of the store.
   *
   * @param since since when it is up or down, or the start of this process
   * @param kind {@code sqlite} or {@code postgresql}
   */
  record StoreState(boolean up, Instant since, String kind) {}
}
