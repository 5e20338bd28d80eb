package io.gridfleet.lb.router;

import io.gridfleet.lb.relay.SessionRoute;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where the front door looks up the node of a session. */
public interface SessionLookup {
  /** From memory, at once; null means: ask {@link #find}. Called for every command. */
  @Nullable SessionRoute cached(SessionId id);

  /** From the store; may complete on any thread. */
  CompletionStage<Optional<SessionRoute>> find(SessionId id);

  /** Where a session was that ended a short time ago, from the store; any thread. */
  CompletionStage<Optional<SessionRoute>> ended(SessionId id);
}
