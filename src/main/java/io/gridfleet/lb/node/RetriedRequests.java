package io.gridfleet.lb.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.webdriver.SessionId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Request;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds and sends the requests of {@link NodeCleanUp}, once or until an answer is final. No stage
 * fails exceptionally: a node that can't be reached gives no answer. Any thread; stages complete on
 * a {@code node-*} thread or the timer.
 */
final class RetriedRequests implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetriedRequests.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /**
   * Each call holds a thread while it waits; requests for left-over sessions may wait long and have
   * threads of their own.
   */
  private static final int MAX_CONCURRENT = 32;

  private final NodeCalls calls;
  private final NodeCalls queries;
  private final ScheduledExecutorService timer;
  private final List<Duration> pauses;

  /**
   * @param pauses between the tries of one request
   * @param timeout of each try
   */
  RetriedRequests(
      NodeTrust trust, ScheduledExecutorService timer, List<Duration> pauses, Duration timeout) {
    this.calls = new NodeCalls("node-clean-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.queries = new NodeCalls("node-left-", MAX_CONCURRENT, CONNECT, timeout, trust);
    this.timer = timer;
    this.pauses = List.copyOf(pauses);
  }

  static Request.Builder to(URI node, String path) {
    return new Request.Builder().url(node + path);
  }

  static Request deletion(URI node, SessionId session) {
    return to(node, "/session/" + session.value()).delete().build();
  }

  /** A node's answer; its body is a missing node where it can't be read as JSON. */
  record Answer(int status, JsonNode body) {
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

  /** Repeats a request until its answer is final or the tries are used up. */
  CompletionStage<Optional<Answer>> untilFinal(Request request) {
    return untilFinal(request, 0);
  }

  private CompletionStage<Optional<Answer>> untilFinal(Request request, int tries) {
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
              return Timers.pause(timer, pauses.get(tries))
                  .thenCompose(later -> untilFinal(request, tries + 1));
            });
  }

  /**
   * Whether another try can't improve the answer. For the query for a left-over session, any error
   * of the node's own is final: nothing was started.
   */
  static boolean isFinal(Request request, Answer answer) {
    return answer.status < 500
        || (request.method().equals("POST") && answer.body.path("value").has("error"));
  }

  /** Sends a request once; empty where the node can't be reached. */
  CompletionStage<Optional<Answer>> once(Request request) {
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
}
