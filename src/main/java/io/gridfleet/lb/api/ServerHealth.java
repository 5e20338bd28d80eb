package io.gridfleet.lb.api;

/** How this server is: a port over what the application knows. */
public interface ServerHealth {

  /** Whether a new session could be served. */
  boolean ready();

  /** Whether the store answers. */
  boolean storeAnswers();

  /** The version of this program. */
  String version();
}
