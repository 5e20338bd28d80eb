package io.gridfleet.lb.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.node.RetriedRequests.Answer;
import io.gridfleet.lb.webdriver.SessionId;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the session that an attempt without an answer may have left on its node, by the attempt's
 * idempotency key, and deletes it. Any thread.
 */
final class LeftoverQuery {
  private static final Logger LOG = LoggerFactory.getLogger(LeftoverQuery.class);
  private static final MediaType JSON_TYPE = MediaType.get("application/json; charset=utf-8");

  /** Appium's own route: a list, or an error that names the feature which isn't allowed. */
  static final String APPIUM_SESSIONS = "/appium/sessions";

  private final RetriedRequests requests;

  LeftoverQuery(RetriedRequests requests) {
    this.requests = requests;
  }

  /**
   * Queries an Appium node for the session of an attempt and deletes it, if there is one. Appium
   * replays by key alone and creates nothing for an empty object under a new key; other nodes
   * ignore keys.
   */
  CompletionStage<LeftoverSession> delete(URI node, String attempt) {
    Request query = query(node, attempt);
    return requests
        .untilFinal(query)
        .thenCompose(
            answer ->
                answer.isEmpty() ? unanswered(node) : deleteAnswered(node, query, answer.get()));
  }

  /**
   * Appium 3 doesn't answer under a key whose first request lost its connection before it was
   * answered, until it is restarted.
   */
  private CompletionStage<LeftoverSession> unanswered(URI node) {
    return requests
        .once(RetriedRequests.to(node, APPIUM_SESSIONS).build())
        .thenApply(
            answer ->
                answer.filter(Answer::isAppiums).isPresent()
                    ? LeftoverSession.UNANSWERED
                    : LeftoverSession.UNREACHABLE);
  }

  /**
   * Returns the query, which uses a connection of its own: Appium writes a replayed answer without
   * its response object, so that every later request on that connection waits forever.
   */
  private static Request query(URI node, String attempt) {
    return RetriedRequests.to(node, "/session")
        .header("X-Idempotency-Key", attempt)
        .header("Connection", "close")
        .post(RequestBody.create("{}", JSON_TYPE))
        .build();
  }

  private CompletionStage<LeftoverSession> deleteAnswered(URI node, Request query, Answer answer) {
    return SessionId.parse(sessionId(answer.body()))
        .map(id -> deleteLeftOver(node, id))
        .orElseGet(() -> withoutSession(node, query));
  }

  private CompletionStage<LeftoverSession> deleteLeftOver(URI node, SessionId session) {
    return requests
        .untilFinal(RetriedRequests.deletion(node, session))
        .thenApply(gone -> gone.isPresent() ? LeftoverSession.NONE : LeftoverSession.UNREACHABLE);
  }

  /** An error under the key means that there is no session only where the node stores keys. */
  private CompletionStage<LeftoverSession> withoutSession(URI node, Request query) {
    return requests
        .once(RetriedRequests.to(node, APPIUM_SESSIONS).build())
        .thenCompose(
            answer -> {
              if (answer.isEmpty()) {
                return unreachable();
              }
              return answer.get().isAppiums()
                  ? confirmed(node, query)
                  : CompletableFuture.completedFuture(LeftoverSession.UNDETERMINED);
            });
  }

  /**
   * Repeats the query after an error. A stored error is replayed. If the query had joined a running
   * creation whose connection closed meanwhile, Appium treated it as a request of its own, and its
   * error doesn't concern the creation, which continues; further queries aren't answered then.
   */
  private CompletionStage<LeftoverSession> confirmed(URI node, Request query) {
    return requests
        .once(query)
        .thenCompose(
            answer -> {
              if (answer.filter(it -> RetriedRequests.isFinal(query, it)).isEmpty()) {
                LOG.warn(
                    "node {} may still be creating a session: it didn't answer the repeated request",
                    node);
                return CompletableFuture.completedFuture(LeftoverSession.UNANSWERED);
              }
              return SessionId.parse(sessionId(answer.get().body()))
                  .map(id -> deleteLeftOver(node, id))
                  .orElseGet(() -> CompletableFuture.completedFuture(LeftoverSession.NONE));
            });
  }

  private static CompletionStage<LeftoverSession> unreachable() {
    return CompletableFuture.completedFuture(LeftoverSession.UNREACHABLE);
  }

  private static String sessionId(JsonNode body) {
    return body.path("value").path("sessionId").asText();
  }
}
