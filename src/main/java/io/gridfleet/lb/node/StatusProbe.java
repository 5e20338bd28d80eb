package io.gridfleet.lb.node;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * Sends {@code GET /status}. Nodes that answered last time and those that didn't have separate
 * threads, so that dead nodes don't delay the probes of live ones.
 */
final class StatusProbe implements AutoCloseable {
  /** A lab's node is a hop or two away: one that doesn't connect in this time is down. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** A live node answers in milliseconds: 10 000 of them are probed within a few seconds. */
  private static final int MAX_LIVING = 32;

  /**
   * 500 dead nodes take half a minute for the first probe, and are then probed less and less often.
   */
  private static final int MAX_SILENT = 32;

  /** The status of a Grid of some hundred slots; a longer one is cut and not evaluated. */
  private static final int MAX_BYTES = 1024 * 1024;

  private final NodeCalls living;
  private final NodeCalls silent;

  StatusProbe(Duration timeout, NodeTrust trust) {
    this.living = new NodeCalls("node-probe-", MAX_LIVING, CONNECT, timeout, trust);
    this.silent = new NodeCalls("node-silent-", MAX_SILENT, CONNECT, timeout, trust);
  }

  /**
   * The result of a probe.
   *
   * @param miss why the probe failed; empty if the node answered
   * @param browsers the versions of its browsers, as far as it reports them
   */
  record Status(Optional<String> miss, Map<String, String> browsers) {
    static Status missed(String cause) {
      return new Status(Optional.of(cause), Map.of());
    }
  }

  /** Completes, never exceptionally, on a {@code node-*} thread. */
  CompletionStage<Status> ask(Node node, boolean answeredLast) {
    OkHttpClient http = (answeredLast ? living : silent).http();
    CompletableFuture<Status> status = new CompletableFuture<>();
    Request request = new Request.Builder().url(node.url() + "/status").build();
    http.newCall(request)
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException failure) {
                status.complete(Status.missed(cause(failure)));
              }

              @Override
              public void onResponse(Call call, Response response) {
                try (response) {
                  status.complete(
                      response.isSuccessful()
                          ? new Status(Optional.empty(), browsers(response))
                          : Status.missed("answers /status with " + response.code()));
                }
              }
            });
    return status;
  }

  /** Reads the browsers; the node counts as up even if its body can't be read. */
  private static Map<String, String> browsers(Response response) {
    try {
      return BrowserVersions.read(response.peekBody(MAX_BYTES).bytes());
    } catch (IOException cut) {
      return Map.of();
    }
  }

  private static String cause(IOException failure) {
    if (failure instanceof ConnectException) {
      return "connection refused";
    }
    if (failure instanceof UnknownHostException) {
      return "its name is not known";
    }
    if (failure instanceof NoRouteToHostException) {
      return "no route to it";
    }
    if (failure instanceof SSLException) {
      return NodeFailure.tlsFailure(failure);
    }
    return failure instanceof SocketTimeoutException || failure instanceof InterruptedIOException
        ? "no answer in time"
        : "the connection broke";
  }

  @Override
  public void close() {
    living.close();
    silent.close();
  }
}
