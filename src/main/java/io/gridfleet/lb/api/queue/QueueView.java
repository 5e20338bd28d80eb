package io.gridfleet.lb.api.queue;

import java.time.Duration;
import java.util.List;

/** The queued new session requests; a port implemented over the distributor. */
public interface QueueView {

  /** Returns the requests in the order in which they are served. */
  List<Waiting> waiting();

  /**
   * Removes a request from the queue; its client receives an error with the reason.
   *
   * @return false if no such request is queued
   */
  boolean remove(String request, String why);

  /**
   * A queued request.
   *
   * @param position from 1
   * @param request its id
   * @param selector its selector, as text
   * @param waitsFor why no device was assigned yet
   */
  record Waiting(
      int position, String request, Asker asker, Duration age, String selector, String waitsFor) {}

  /** The tenant of a request and its priority. */
  record Asker(String tenant, int priority) {}
}
