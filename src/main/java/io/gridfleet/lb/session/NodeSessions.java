package io.gridfleet.lb.session;

import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** What nodes can be told and asked about their sessions, away from the request path. */
public interface NodeSessions {

  /**
   * Deletes a session on its node, in a bounded number of tries. True when it is gone from there;
   * false when the node couldn't be asked; never exceptionally.
   */
  CompletionStage<Boolean> delete(NodeId node, SessionId session);

  /**
   * Deletes a session whose id is none that a client could use, as far as a path can hold it. As
   * {@link #delete}; false also where no path can.
   */
  CompletionStage<Boolean> deleteUnusable(NodeId node, String id);

  /**
   * Finds and deletes what an attempt may have left on its node, by the attempt's idempotency key.
   * Never exceptionally.
   */
  CompletionStage<LeftoverSession> deleteLeftOver(NodeId node, String attempt);

  /** The node's live sessions; empty when it doesn't list them or can't be asked. */
  CompletionStage<Optional<Set<SessionId>>> listed(NodeId node);

  /** Whether the node still knows a session; empty when it can't be asked. */
  CompletionStage<Optional<Boolean>> knows(NodeId node, SessionId session);
}
