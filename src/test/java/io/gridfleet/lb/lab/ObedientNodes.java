package io.gridfleet.lb.lab;

import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Nodes that delete every session on request, know every session, and list none. */
public interface ObedientNodes extends NodeSessions {
  @Override
  default CompletionStage<Boolean> delete(NodeId node, SessionId session) {
    return CompletableFuture.completedFuture(true);
  }

  @Override
  default CompletionStage<Boolean> deleteUnusable(NodeId node, String id) {
    return CompletableFuture.completedFuture(true);
  }

  @Override
  default CompletionStage<LeftoverSession> deleteLeftOver(NodeId node, String attempt) {
    return CompletableFuture.completedFuture(LeftoverSession.NONE);
  }

  @Override
  default CompletionStage<Optional<Set<SessionId>>> listed(NodeId node) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  default CompletionStage<Optional<Boolean>> has(NodeId node, SessionId session) {
    return CompletableFuture.completedFuture(Optional.of(true));
  }
}
