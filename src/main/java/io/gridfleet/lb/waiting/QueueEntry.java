package io.gridfleet.lb.waiting;

import java.time.Instant;
import java.util.Optional;

/**
 * A waiting request as replicas show it to each other.
 *
 * @param request its id
 * @param arrived by the store's clock
 * @param asks what it asks for, in the form of {@code PlacementText}; empty if that is too long
 * @param replica the name of the replica that its client is connected to
 */
public record QueueEntry(
    String request, int priority, Instant arrived, Asker asker, String asks, String replica) {

  /**
   * Who asked.
   *
   * @param client the product of the {@code User-Agent}
   */
  public record Asker(
      String tenant, Optional<String> run, Optional<String> testName, String client) {}
}
