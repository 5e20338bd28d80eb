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
 * Calls to nodes away from the request path: sessions that nobody wants are deleted, left-overs of
 * attempts are found. Nothing here fails exceptionally: a node that can't be asked is logged.
 */
public final class NodeCleanUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeCleanUp.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json; charset=utf-8");
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /**
   * Ending a session ends a browser or an app: seconds, not minutes. A node that joins the question
   * for a left-over to a running creation may take longer; asked again it joins again, while one
   * that stalls would hold its device for as long as it is listened to.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Appium's own route: a list, or an error that names the feature which isn't allowed. */
  private static final String APPIUM_SESSIONS = "/appium/sessions";

  /** Characters of an id that is sent in a path. */
  private static final int MAX_ESCAPED = 1_024;

  /** Each holds a thread while it waits; questions may have to wait and have threads apart. */
  private static final int MAX_CONCURRENT = 32;

  private final NodeCalls calls;
  private final NodeCalls joined;
  private final ScheduledExecutorService timer;
  private final List<Duration> pauses;

  /** Three tries, a second and then five apart. */
  public NodeCleanUp(NodeTrust trust, ScheduledExecutorService timer) {
    this(trust, timer, List.of(Duration.ofSeconds(1), Duration.ofSeconds(5)), TIMEOUT);
  }

  /**
   * @param pauses between the tries of one question
   * @param timeout of each try
   */
  NodeCleanUp(
      NodeTrust trust, ScheduledExecutorService timer, List<Duration> pauses, Duration timeout) {
    this.calls = new NodeCalls("node-clean-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.joined = new NodeCalls("node-left-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.timer = timer;
    this.pauses = List.copyOf(pauses);
  }

  /**
   * Deletes a session. True when the node said that it is gone, false when it couldn't be asked.
   *
   * @param node where commands go, base path included
   */
  public CompletionStage<Boolean> delete(URI node, SessionId session) {
    Request request = to(node, "/session/" + session.value()).delete().build();
    return ask(request, 0).thenApply(Optional::isPresent);
  }

  /**
   * Deletes a session whose id needs escaping. False too for an id that names another path even
   * when it is escaped, or that is longer than a path may be.
   */
  public CompletionStage<Boolean> deleteUnusable(URI node, String id) {
    if (id.equals(".") || id.equals("..") || id.length() > MAX_ESCAPED) {
      return CompletableFuture.completedFuture(false);
    }
    String segment = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    return ask(to(node, "/session/" + segment).delete().build(), 0).thenApply(Optional::isPresent);
  }

  /**
   * Asks an Appium node what became of an attempt and deletes the session, if there is one. Appium
   * replays by key alone and creates nothing for an empty object under a new key; other nodes take
   * no notice of keys.
   */
  public CompletionStage<LeftoverSession> deleteLeftOver(URI node, String attempt) {
    Request question = question(node, attempt);
    return ask(question, 0)
        .thenCompose(
            answer ->
                answer.isEmpty() ? unanswered(node) : deleteAnswered(node, question, answer.get()));
  }

  /**
   * Appium 3 answers nothing more under a key whose first request lost its connection before it was
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
   * On a connection of its own: Appium writes an answer that it replays past the response object,
   * so that every later request on that connection waits for ever.
   */
  private static Request question(URI node, String attempt) {
    return to(node, "/session")
        .header("X-Idempotency-Key", attempt)
        .header("Connection", "close")
        .post(RequestBody.create("{}", JSON_TYPE))
        .build();
  }

  private CompletionStage<LeftoverSession> deleteAnswered(
      URI node, Request question, Answer answer) {
    return SessionId.parse(sessionId(answer.body))
        .map(id -> deleteLeftOver(node, id))
        .orElseGet(() -> withoutSession(node, question));
  }

  private CompletionStage<LeftoverSession> deleteLeftOver(URI node, SessionId session) {
    return delete(node, session)
        .thenApply(gone -> gone ? LeftoverSession.NONE : LeftoverSession.UNREACHABLE);
  }

  /** An error under the key says that there is nothing only where keys are kept. */
  private CompletionStage<LeftoverSession> withoutSession(URI node, Request question) {
    return once(to(node, APPIUM_SESSIONS).build())
        .thenCompose(
            answer -> {
              if (answer.isEmpty()) {
                return unreachable();
              }
              return answer.get().isAppiums()
                  ? confirmed(node, question)
                  : CompletableFuture.completedFuture(LeftoverSession.UNTOLD);
            });
  }

  /**
   * Asks again after an error. A kept error is replayed. Where the question had joined a running
   * creation whose connection closed meanwhile, Appium took it for a request of its own, and the
   * error says nothing of the creation, which goes on; further questions aren't answered then.
   */
  private CompletionStage<LeftoverSession> confirmed(URI node, Request question) {
    return once(question)
        .thenCompose(
            answer -> {
              if (answer.filter(it -> isLastWord(question, it)).isEmpty()) {
                LOG.warn("node {} may still be creating a session: it answers only once", node);
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

  /** The node's live sessions; empty when it doesn't tell (Appium needs to be allowed). */
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

  /** Asks until the node has an answer that another try wouldn't better, or tries are used up. */
  private CompletionStage<Optional<Answer>> ask(Request request, int tries) {
    return once(request)
        .thenCompose(
            answer -> {
              if (answer.filter(it -> isLastWord(request, it)).isPresent()) {
                return CompletableFuture.completedFuture(answer);
              }
              if (tries == pauses.size()) {
                LOG.warn("{} {} had no effect", request.method(), request.url());
                return CompletableFuture.completedFuture(
                    answer.filter(it -> isLastWord(request, it)));
              }
              return after(pauses.get(tries)).thenCompose(later -> ask(request, tries + 1));
            });
  }

  /** A question for a left-over is answered by any error of the node's own: nothing was started. */
  private static boolean isLastWord(Request request, Answer answer) {
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
    NodeCalls lane = request.method().equals("POST") ? joined : calls;
    lane.http()
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
    joined.close();
  }

  private record Answer(int status, JsonNode body) {
    /** A proxy's page or a value of null is no list: live sessions mustn't end for it. */
    boolean isList() {
      return status == 200 && body.path("value").isArray();
    }

    /** What Appium says there; other servers don't know the path. */
    boolean isAppiums() {
      return isList() || body.path("value").path("message").asText().contains("session_discovery");
    }
  }
}
