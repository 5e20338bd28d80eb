package io.gridfleet.lb.api.queue;

import io.gridfleet.lb.api.http.ApiCaller;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
      int position, String request, Asker asker, Duration age, String selector, String waitsFor) {

    public boolean seenBy(ApiCaller caller) {
      return caller.seesThatOf(Optional.of(asker.tenant()));
    }
  }

  /** The tenant of a request and its priority. */
  record Asker(String tenant, int priority) {}
}
