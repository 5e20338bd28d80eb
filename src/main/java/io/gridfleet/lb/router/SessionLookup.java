package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The front door's lookup of a session's node. */
public interface SessionLookup {
  /**
   * Returns the route from memory; null if {@link #find} has to be called. Called for every
   * command.
   */
  @Nullable SessionRoute cached(SessionId id);

  /** Reads the route from the store; may complete on any thread. */
  CompletionStage<Optional<SessionRoute>> find(SessionId id);

  /** Reads the route of a recently ended session from the store; may complete on any thread. */
  CompletionStage<Optional<SessionRoute>> ended(SessionId id);
}
