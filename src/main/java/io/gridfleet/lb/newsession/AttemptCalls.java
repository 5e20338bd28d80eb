package io.gridfleet.lb.newsession;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeRequest;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Sends New Session requests to nodes, and completes on the executor of the client's request. */
@FunctionalInterface
public interface AttemptCalls {
  /**
   * Sends a request; fails with {@link io.gridfleet.lb.node.NodeFailure} without a usable answer.
   */
  CompletionStage<NodeAnswer> send(Node node, NodeRequest request, Executor executor);
}
