package io.gridfleet.lb.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks for when it begins a run.
 *
 * @param ttl how long the run may last from its creation; heartbeats don't extend it
 * @param heartbeatTimeout how long it may be silent
 */
public record RunRequest(
    String name,
    List<Requirement> requirements,
    Duration ttl,
    Duration heartbeatTimeout,
    Optional<String> createdBy) {
  public RunRequest {
    requirements = List.copyOf(requirements);
  }
}
