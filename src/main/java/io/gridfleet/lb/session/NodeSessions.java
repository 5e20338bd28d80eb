package io.gridfleet.lb.session;

import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Queries and deletes sessions on nodes, outside the request path. */
public interface NodeSessions {

  /**
   * Deletes a session on its node, with a bounded number of retries. Returns true if the node
   * doesn't have it any more, false if the node didn't answer; never fails.
   */
  CompletionStage<Boolean> delete(NodeId node, SessionId session);

  /**
   * Deletes a session whose id clients can't use, if it can be encoded in a path. Like {@link
   * #delete}; false also if it can't be encoded.
   */
  CompletionStage<Boolean> deleteUnusable(NodeId node, String id);

  /**
   * Finds and deletes the session that an attempt may have left on its node, by the attempt's
   * idempotency key. Never fails.
   */
  CompletionStage<LeftoverSession> deleteLeftOver(NodeId node, String attempt);

  /** Returns the node's live sessions; empty if it doesn't list them or doesn't answer. */
  CompletionStage<Optional<Set<SessionId>>> listed(NodeId node);

  /** Returns whether the node still has a session; empty if it doesn't answer. */
  CompletionStage<Optional<Boolean>> has(NodeId node, SessionId session);
}
