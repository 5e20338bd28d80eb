package io.gridfleet.lb.node;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
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
 * Asks {@code GET /status}. Nodes that answered last time and those that didn't have threads apart,
 * so that any number of dead ones leaves the living on time.
 */
final class StatusQuestion implements AutoCloseable {
  /** A lab's node is a hop or two away: what doesn't connect in this time is down. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** A living node answers in milliseconds: 10 000 of them pass within a few seconds. */
  private static final int MOST_LIVING = 32;

  /** 500 dead nodes take half a minute at the first look, and are asked ever more rarely. */
  private static final int MOST_SILENT = 32;

  private final NodeCalls living;
  private final NodeCalls silent;

  StatusQuestion(Duration timeout, NodeTrust trust) {
    this.living = new NodeCalls("node-probe-", MOST_LIVING, CONNECT, timeout, trust);
    this.silent = new NodeCalls("node-silent-", MOST_SILENT, CONNECT, timeout, trust);
  }

  /** Completes, never exceptionally, on a {@code node-*} thread: empty, or why it was a miss. */
  CompletionStage<Optional<String>> ask(Node node, boolean answeredLast) {
    OkHttpClient http = (answeredLast ? living : silent).http();
    CompletableFuture<Optional<String>> miss = new CompletableFuture<>();
    Request request = new Request.Builder().url(node.url() + "/status").build();
    http.newCall(request)
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException failure) {
                miss.complete(Optional.of(cause(failure)));
              }

              @Override
              public void onResponse(Call call, Response response) {
                try (response) {
                  miss.complete(
                      response.isSuccessful()
                          ? Optional.empty()
                          : Optional.of("answers /status with " + response.code()));
                }
              }
            });
    return miss;
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
      return NodeFailure.tlsTrouble(failure);
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
