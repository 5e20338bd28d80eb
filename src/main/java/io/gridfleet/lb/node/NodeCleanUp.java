package io.gridfleet.lb.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Calls to nodes outside the request path: deletes sessions without a client, finds sessions that
 * attempts have left. No stage fails exceptionally: a node that can't be reached is logged. Any
 * thread; stages complete on a {@code node-*} thread or the timer.
 */
public final class NodeCleanUp implements AutoCloseable {
  /**
   * Ending a session ends a browser or an app: seconds, not minutes. A node that joins the request
   * for a left-over session to a running creation may take longer; a repeated request joins again,
   * while a longer timeout would let a stalled node hold its device.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Characters of an id that is sent in a path. */
  private static final int MAX_ESCAPED = 1_024;

  private final RetriedRequests requests;
  private final LeftoverQuery leftover;

  /** Creates one with three tries, a second and then five apart. */
  public NodeCleanUp(NodeTrust trust, ScheduledExecutorService timer) {
    this(trust, timer, List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)), TIMEOUT);
  }

  /**
   * @param pauses between the tries of one request
   * @param timeout of each try
   */
  NodeCleanUp(
      NodeTrust trust, ScheduledExecutorService timer, List<Duration> pauses, Duration timeout) {
    this.requests = new RetriedRequests(trust, timer, pauses, timeout);
    this.leftover = new LeftoverQuery(requests);
  }

  /**
   * Deletes a session. True when the node confirmed that it is gone, false when it couldn't be
   * reached.
   *
   * @param node the address of commands, base path included
   */
  public CompletionStage<Boolean> delete(URI node, SessionId session) {
    return requests
        .untilFinal(RetriedRequests.deletion(node, session))
        .thenApply(Optional::isPresent);
  }

  /**
   * Deletes a session whose id needs escaping. Also false for an id that would address another path
   * even when it is escaped, or that is too long for a path.
   */
  public CompletionStage<Boolean> deleteUnusable(URI node, String id) {
    if (id.equals(".") || id.equals("..") || id.length() > MAX_ESCAPED) {
      return CompletableFuture.completedFuture(false);
    }
    String segment = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    return requests
        .untilFinal(RetriedRequests.to(node, "/session/" + segment).delete().build())
        .thenApply(Optional::isPresent);
  }

  /**
   * Queries an Appium node for the session of an attempt and deletes it, if there is one; see
   * {@link LeftoverQuery}.
   */
  public CompletionStage<LeftoverSession> deleteLeftOver(URI node, String attempt) {
    return leftover.delete(node, attempt);
  }

  /**
   * Returns the node's live sessions; empty if it doesn't list them (Appium has to be configured
   * to).
   */
  public CompletionStage<Optional<Set<SessionId>>> sessions(URI node) {
    return list(node, LeftoverQuery.APPIUM_SESSIONS)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : list(node, "/sessions"));
  }

  private CompletionStage<Optional<Set<SessionId>>> list(URI node, String path) {
    return requests
        .once(RetriedRequests.to(node, path).build())
        .thenApply(
            answer -> answer.filter(RetriedRequests.Answer::isList).map(it -> ids(it.body())));
  }

  private static Set<SessionId> ids(JsonNode body) {
    Set<SessionId> ids = new HashSet<>();
    for (JsonNode entry : body.path("value")) {
      JsonNode id = entry.has("id") ? entry.path("id") : entry.path("sessionId");
      SessionId.parse(id.asText()).ifPresent(ids::add);
    }
    return ids;
  }

  @Override
  public void close() {
    requests.close();
  }
}
