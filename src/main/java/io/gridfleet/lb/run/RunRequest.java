package io.gridfleet.lb.run;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks for when it begins a run.
 *
 * @param ttl how long the run may last from its creation; heartbeats don't extend it
 * @param heartbeatTimeout how long it may be silent
 * @param tenant the name of the token that asks; empty in runs that are older than this field
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

  /** A request of which it isn't known who asks. */
  public RunRequest(
      String name,
      List<Requirement> requirements,
      Duration ttl,
      Duration heartbeatTimeout,
      Optional<String> createdBy) {
    this(name, requirements, ttl, heartbeatTimeout, createdBy, Optional.empty());
  }
}
