package io.gridfleet.lb.relay;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running Delete Session: the request is sent to the node, what the session held is freed, then
 * the client is answered. It completes even if the client disconnects. Owned by the client's event
 * loop.
 */
final class DeleteSession implements RequestSink {
  private static final byte[] DELETED = "{\"value\":null}".getBytes(StandardCharsets.UTF_8);
  private static final int OK = 200;
  private static final Logger log = LoggerFactory.getLogger(DeleteSession.class);

  private final Relay relay;
  private final RelayListener listener;
  private final ClientExchange front;
  private final HttpRequest head;
  private final SessionRoute route;
  private final Relay.BeforeLastByte before;
  private final long startedAt = System.nanoTime();
  private boolean clientLeft;
  private boolean sent;

  DeleteSession(
      Relay relay,
      RelayListener listener,
      ClientExchange front,
      HttpRequest head,
      SessionRoute route,
      Relay.BeforeLastByte before) {
    this.relay = relay;
    this.listener = listener;
    this.front = front;
    this.head = head;
    this.route = route;
    this.before = before;
  }

  @Override
  public void start() {
    listener.commandStarted(route.id());
    front.within(relay.bodyPause());
  }

  @Override
  public void content(HttpContent part) {
    part.release();
    if (part instanceof LastHttpContent && !sent) {
      send();
    }
  }

  private void send() {
    sent = true;
    front.within(route.commandTimeout().multipliedBy(2));
    NodeRequest request =
        new NodeRequest(
            "DELETE",
            "/session/" + route.id().value(),
            RequestHead.own(relay, front, head),
            new byte[0],
            route.commandTimeout());
    Failures.log(
        relay
            .client()
            .send(route.node(), request, front.loop())
            .handle((answer, failure) -> answer)
            .thenCompose(this::answeredByNode),
        "the answer to the end of session " + route.id());
  }

  /**
   * The client is answered even if what the session held can't be freed: a sweep frees it later.
   */
  private CompletionStage<?> answeredByNode(@Nullable NodeAnswer answer) {
    return freed(answer == null ? 0 : answer.status())
        .handle(
            (done, failure) -> {
              if (failure != null) {
                log.warn("session {} can't be ended yet: {}", route.id(), failure.toString());
              }
              front.loop().execute(() -> answerClient(answer));
              return null;
            });
  }

  private CompletionStage<?> freed(int status) {
    try {
      relay.closeTunnels(route.id());
      return before.ended(route.id(), status);
    } catch (RuntimeException mistake) {
      return CompletableFuture.failedFuture(mistake);
    }
  }

  private void answerClient(@Nullable NodeAnswer answer) {
    FullHttpResponse out =
        answer == null ? HttpAnswers.whole(OK, HttpAnswers.JSON, DELETED) : passedOn(answer);
    report(answer != null, out.status().code(), out.content().readableBytes());
    if (clientLeft) {
      out.release();
    } else {
      front.whole(out);
    }
  }

  private static FullHttpResponse passedOn(NodeAnswer answer) {
    FullHttpResponse out = HttpAnswers.whole(answer.status(), HttpAnswers.JSON, answer.body());
    HttpHeaders headers = out.headers().clear();
    answer.headers().forEach(headers::set);
    HopByHop.strip(headers);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    headers.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    return out;
  }

  private void report(boolean answered, int status, int bytes) {
    CommandReport.Outcome outcome =
        clientLeft
            ? CommandReport.Outcome.CLIENT_LEFT
            : answered ? CommandReport.Outcome.ANSWERED : CommandReport.Outcome.NODE_FAILED;
    listener.commandEnded(
        route.id(),
        new CommandReport(
            "DELETE",
            "/session/" + route.id().value(),
            outcome,
            status,
            0,
            bytes,
            Duration.ofNanos(System.nanoTime() - startedAt),
            Duration.ofNanos(-1)));
  }

  @Override
  public void clientGone() {
    clientLeft = true;
    if (!sent) {
      report(false, 0, 0);
    }
  }

  @Override
  public void timedOut() {
    if (!sent) {
      sent = true;
      report(false, 408, 0);
      front.whole(ErrorAnswers.bodyPaused());
    }
  }
}
