package io.gridfleet.lb.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
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
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls to nodes outside the request path: deletes sessions without a client, finds sessions that
 * attempts have left. No stage fails exceptionally: a node that can't be reached is logged. Any
 * thread; stages complete on a {@code node-*} thread or the timer.
 */
public final class NodeCleanUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCleanUp.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json; charset=utf-8");
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /**
   * Ending a session ends a browser or an app: seconds, not minutes. A node that joins the request
   * for a left-over session to a running creation may take longer; a repeated request joins again,
   * while a longer timeout would let a stalled node hold its device.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Appium's own route: a list, or an error that names the feature which isn't allowed. */
  private static final String APPIUM_SESSIONS = "/appium/sessions";

  /** Characters of an id that is sent in a path. */
  private static final int MAX_ESCAPED = 1_024;

  /**
   * Each call holds a thread while it waits; requests for left-over sessions may wait long and have
   * threads of their own.
   */
  private static final int MAX_CONCURRENT = 32;

  private final NodeCalls calls;
  private final NodeCalls queries;
  private final ScheduledExecutorService timer;
  private final List<Duration> pauses;

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
    this.calls = new NodeCalls("node-clean-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.queries = new NodeCalls("node-left-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.timer = timer;
    this.pauses = List.copyOf(pauses);
  }

  /**
   * Deletes a session. True when the node confirmed that it is gone, false when it couldn't be
   * reached.
   *
   * @param node the address of commands, base path included
   */
  public CompletionStage<Boolean> delete(URI node, SessionId session) {
    Request request = to(node, "/session/" + session.value()).delete().build();
    return ask(request, 0).thenApply(Optional::isPresent);
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
    return ask(to(node, "/session/" + segment).delete().build(), 0).thenApply(Optional::isPresent);
  }

  /**
   * Queries an Appium node for the session of an attempt and deletes it, if there is one. Appium
   * replays by key alone and creates nothing for an empty object under a new key; other nodes
   * ignore keys.
   */
  public CompletionStage<LeftoverSession> deleteLeftOver(URI node, String attempt) {
    Request query = query(node, attempt);
    return ask(query, 0)
        .thenCompose(
            answer ->
                answer.isEmpty() ? unanswered(node) : deleteAnswered(node, query, answer.get()));
  }

  /**
   * Appium 3 doesn't answer under a key whose first request lost its connection before it was
   * answered, until it is restarted.
   */
  private CompletionStage<LeftoverSession> unanswered(URI node) {
    return once(to(node, APPIUM_SESSIONS).build())
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
    return to(node, "/session")
        .header("X-Idempotency-Key", attempt)
        .header("Connection", "close")
        .post(RequestBody.create("{}", JSON_TYPE))
        .build();
  }

  private CompletionStage<LeftoverSession> deleteAnswered(URI node, Request query, Answer answer) {
    return SessionId.parse(sessionId(answer.body))
        .map(id -> deleteLeftOver(node, id))
        .orElseGet(() -> withoutSession(node, query));
  }

  private CompletionStage<LeftoverSession> deleteLeftOver(URI node, SessionId session) {
    return delete(node, session)
        .thenApply(gone -> gone ? LeftoverSession.NONE : LeftoverSession.UNREACHABLE);
  }

  /** An error under the key means that there is no session only where the node stores keys. */
  private CompletionStage<LeftoverSession> withoutSession(URI node, Request query) {
    return once(to(node, APPIUM_SESSIONS).build())
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
    return once(query)
        .thenCompose(
            answer -> {
              if (answer.filter(it -> isFinal(query, it)).isEmpty()) {
                LOG.warn(
                    "node {} may still be creating a session: it didn't answer the repeated request",
                    node);
                return CompletableFuture.completedFuture(LeftoverSession.UNANSWERED);
              }
              return SessionId.parse(sessionId(answer.get().body))
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

  /**
   * Returns the node's live sessions; empty if it doesn't list them (Appium has to be configured
   * to).
   */
  public CompletionStage<Optional<Set<SessionId>>> sessions(URI node) {
    return list(node, APPIUM_SESSIONS)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : list(node, "/sessions"));
  }

  private CompletionStage<Optional<Set<SessionId>>> list(URI node, String path) {
    return once(to(node, path).build())
        .thenApply(answer -> answer.filter(Answer::isList).map(it -> ids(it.body)));
  }

  private static Set<SessionId> ids(JsonNode body) {
    Set<SessionId> ids = new HashSet<>();
    for (JsonNode entry : body.path("value")) {
      JsonNode id = entry.has("id") ? entry.path("id") : entry.path("sessionId");
      SessionId.parse(id.asText()).ifPresent(ids::add);
    }
    return ids;
  }

  private static Request.Builder to(URI node, String path) {
    return new Request.Builder().url(node + path);
  }

  /** Repeats a request until its answer is final or the tries are used up. */
  private CompletionStage<Optional<Answer>> ask(Request request, int tries) {
    return once(request)
        .thenCompose(
            answer -> {
              if (answer.filter(it -> isFinal(request, it)).isPresent()) {
                return CompletableFuture.completedFuture(answer);
              }
              if (tries == pauses.size()) {
                LOG.warn("{} {} had no effect", request.method(), request.url());
                return CompletableFuture.completedFuture(answer.filter(it -> isFinal(request, it)));
              }
              return after(pauses.get(tries)).thenCompose(later -> ask(request, tries + 1));
            });
  }

  /**
   * Whether another try can't improve the answer. For the query for a left-over session, any error
   * of the node's own is final: nothing was started.
   */
  private static boolean isFinal(Request request, Answer answer) {
    return answer.status < 500
        || (request.method().equals("POST") && answer.body.path("value").has("error"));
  }

  private CompletionStage<Void> after(Duration pause) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    var unused = timer.schedule(() -> over.complete(null), pause.toNanos(), TimeUnit.NANOSECONDS);
    return over;
  }

  private CompletionStage<Optional<Answer>> once(Request request) {
    CompletableFuture<Optional<Answer>> answer = new CompletableFuture<>();
    NodeCalls client = request.method().equals("POST") ? queries : calls;
    client
        .http()
        .newCall(request)
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException failure) {
                answer.complete(Optional.empty());
              }

              @Override
              public void onResponse(Call call, Response response) {
                answer.complete(read(response));
              }
            });
    return answer;
  }

  private static Optional<Answer> read(Response response) {
    try (response) {
      JsonNode body = JSON.readTree(response.body().bytes());
      return Optional.of(new Answer(response.code(), body));
    } catch (IOException e) {
      return Optional.of(new Answer(response.code(), JSON.missingNode()));
    }
  }

  @Override
  public void close() {
    calls.close();
    queries.close();
  }

  private record Answer(int status, JsonNode body) {
    /**
     * A proxy's page or a value of null is no list: live sessions mustn't be ended because of it.
     */
    boolean isList() {
      return status == 200 && body.path("value").isArray();
    }

    /** Whether this is Appium's answer to the path, which other servers don't have. */
    boolean isAppiums() {
      return isList() || body.path("value").path("message").asText().contains("session_discovery");
    }
  }
}
