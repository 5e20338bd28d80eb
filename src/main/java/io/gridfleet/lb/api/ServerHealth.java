package io.gridfleet.lb.api;

/** The health of this server; a port implemented by the application. */
public interface ServerHealth {

  /** Returns whether a new session could be served. */
  boolean ready();

  /** Returns whether the store is reachable. */
  boolean storeAnswers();

  /** Returns the version of this program. */
  String version();
}
