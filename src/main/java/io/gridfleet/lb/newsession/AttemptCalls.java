package io.gridfleet.lb.newsession;

import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeRequest;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Sends requests of our own to nodes, on the executor that runs the story. */
@FunctionalInterface
public interface AttemptCalls {
  /** Fails with {@link io.gridfleet.lb.node.NodeFailure} where no usable answer comes. */
  CompletionStage<NodeAnswer> send(Node node, NodeRequest request, Executor executor);
}
