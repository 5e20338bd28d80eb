package io.gridfleet.lb.newsession;

/** Which runs may have sessions now. */
@FunctionalInterface
public interface KnownRuns {
  boolean live(String run);

  /** For a lab without runs: none is known. */
  static KnownRuns none() {
    return run -> false;
  }
}
