package io.gridfleet.lb.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A client's request to create a run.
 *
 * @param ttl how long the run may last from its creation; heartbeats don't extend it
 * @param heartbeatTimeout the longest time between heartbeats
 * @param tenant the name of the client's token; empty in runs from before tenants were recorded
 */
public record RunRequest(
    String name,
    List<Requirement> requirements,
    Duration ttl,
    Duration heartbeatTimeout,
    Optional<String> createdBy,
    Optional<String> tenant) {
  public RunRequest {
    requirements = List.copyOf(requirements);
  }

  /** Creates a request without a tenant. */
  public RunRequest(
      String name,
      List<Requirement> requirements,
      Duration ttl,
      Duration heartbeatTimeout,
      Optional<String> createdBy) {
    this(name, requirements, ttl, heartbeatTimeout, createdBy, Optional.empty());
  }
}
