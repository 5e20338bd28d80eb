package io.gridfleet.lb.recovery;

import io.gridfleet.lb.node.LeftoverSession;
import io.gridfleet.lb.node.Node;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeCleanUp;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeDirectory;
import io.gridfleet.lb.node.NodeId;
import io.gridfleet.lb.node.NodeRequest;
import io.gridfleet.lb.session.NodeSessions;
import io.gridfleet.lb.webdriver.SessionId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Queries nodes for their sessions over {@link NodeCleanUp}; an unconfigured node has none. */
public final class NodeSessionCalls implements NodeSessions {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int NOT_FOUND = 404;

  private final NodeCleanUp calls;
  private final NodeClient client;
  private final NodeDirectory nodes;

  public NodeSessionCalls(NodeCleanUp calls, NodeClient client, NodeDirectory nodes) {
    this.calls = calls;
    this.client = client;
    this.nodes = nodes;
  }

  @Override
  public CompletionStage<Boolean> delete(NodeId node, SessionId session) {
    Optional<Node> known = nodes.find(node);
    return known.isEmpty()
        ? CompletableFuture.completedFuture(true)
        : calls.delete(known.get().url(), session);
  }

  @Override
  public CompletionStage<Boolean> deleteUnusable(NodeId node, String id) {
    return nodes
        .find(node)
        .map(known -> calls.deleteUnusable(known.url(), id))
        .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  @Override
  public CompletionStage<LeftoverSession> deleteLeftOver(NodeId node, String attempt) {
    Optional<Node> known = nodes.find(node);
    return known.isEmpty()
        ? CompletableFuture.completedFuture(LeftoverSession.NONE)
        : calls.deleteLeftOver(known.get().url(), attempt);
  }

  @Override
  public CompletionStage<Optional<Set<SessionId>>> listed(NodeId node) {
    return nodes
        .find(node)
        .map(known -> calls.sessions(known.url()))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  @Override
  public CompletionStage<Optional<Boolean>> has(NodeId node, SessionId session) {
    Optional<Node> known = nodes.find(node);
    return known.isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : calls
            .sessions(known.get().url())
            .thenCompose(
                listed ->
                    listed.isPresent()
                        ? CompletableFuture.completedFuture(
                            Optional.of(listed.get().contains(session)))
                        : query(known.get(), session));
  }

  /**
   * Returns the sessions that a node doesn't have any more, without those that it gave no answer
   * about.
   */
  CompletionStage<Set<SessionId>> forgotten(NodeId node, Set<SessionId> sessions) {
    Optional<Node> known = nodes.find(node);
    if (known.isEmpty() || sessions.isEmpty()) {
      return CompletableFuture.completedFuture(Set.of());
    }
    return calls
        .sessions(known.get().url())
        .thenCompose(
            listed ->
                listed.isPresent()
                    ? CompletableFuture.completedFuture(without(sessions, listed.get()))
                    : queryEach(known.get(), sessions));
  }

  private static Set<SessionId> without(Set<SessionId> sessions, Set<SessionId> listed) {
    Set<SessionId> rest = new HashSet<>(sessions);
    rest.removeAll(listed);
    return rest;
  }

  private CompletionStage<Set<SessionId>> queryEach(Node node, Set<SessionId> sessions) {
    Set<SessionId> gone = ConcurrentHashMap.newKeySet();
    CompletableFuture<?>[] queries =
        sessions.stream()
            .map(
                session ->
                    query(node, session)
                        .thenAccept(
                            knows -> knows.filter(it -> !it).ifPresent(it -> gone.add(session)))
                        .toCompletableFuture())
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(queries).thenApply(done -> gone);
  }

  /**
   * Queries one session by a command, for nodes that don't list their sessions. The command counts
   * as activity there, but is sent less often than the node's idle limit, so an abandoned session
   * still ends.
   */
  private CompletionStage<Optional<Boolean>> query(Node node, SessionId session) {
    NodeRequest request = NodeRequest.get("/session/" + session.value() + "/timeouts", TIMEOUT);
    return client
        .send(NodeAddress.of(node.url()), request)
        .handle(
            (answer, failure) ->
                answer == null ? Optional.empty() : Optional.of(answer.status() != NOT_FOUND));
  }
}
