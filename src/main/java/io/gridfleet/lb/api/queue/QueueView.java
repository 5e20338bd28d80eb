package io.gridfleet.lb.api.queue;

import java.time.Duration;
import java.util.List;

/** The requests that wait for a device: a port over the distributor. */
public interface QueueView {

  /** In the order in which they are served. */
  List<Waiting> waiting();

  /**
   * Takes one out of the queue; its client gets an error that says so.
   *
   * @return false when no such request waits
   */
  boolean remove(String request, String why);

  /**
   * One that waits.
   *
   * @param position from 1
   * @param request its id
   * @param selector what it asks for
   * @param waitsFor why it has no device yet
   */
  record Waiting(
      int position, String request, Asker asker, Duration age, String selector, String waitsFor) {}

  /** Who asks. */
  record Asker(String tenant, int priority) {}
}
