package io.gridfleet.lb.newsession;

import java.util.Optional;

/** Which runs may have sessions now. */
@FunctionalInterface
public interface KnownRuns {

  /** The id of a live run as it is written here; empty when the run is unknown or over. */
  Optional<String> live(String run);

  /** For a lab without runs: none is known. */
  static KnownRuns none() {
    return run -> Optional.empty();
  }
}
