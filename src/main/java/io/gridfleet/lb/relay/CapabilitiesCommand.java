package io.gridfleet.lb.relay;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.node.NodeRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A command that returns the session's capabilities. Its answer is aggregated, up to {@link
 * #MAX_ANSWER} (a larger one is an error), and the node's own addresses in it are replaced by those
 * that the client received with the session. Owned by the client's event loop.
 */
final class CapabilitiesCommand implements RequestSink {
  /** Far above what drivers return. */
  private static final int MAX_ANSWER = 1024 * 1024;

  private static final String SESSION = "/session/";
  private static final String APPIUM = "/appium/capabilities";

  private final Relay relay;
  private final ClientExchange front;
  private final HttpRequest head;
  private final String path;
  private final SessionRoute route;
  private final CommandClock clock;
  private @Nullable CompletableFuture<NodeAnswer> call;
  private boolean over;

  CapabilitiesCommand(
      Relay relay, ClientExchange front, HttpRequest head, String path, SessionRoute route) {
    this.relay = relay;
    this.front = front;
    this.head = head;
    this.path = path;
    this.route = route;
    this.clock = new CommandClock(relay.listener(), route.id(), head.method().name(), path);
  }

  /** Whether the request is one for the session's capabilities. */
  static boolean matches(HttpRequest head, String path, SessionRoute route) {
    if (!head.method().equals(HttpMethod.GET)) {
      return false;
    }
    int query = path.indexOf('?');
    int end = query < 0 ? path.length() : query;
    String id = route.id().value();
    int rest = SESSION.length() + id.length();
    return end >= rest
        && path.startsWith(SESSION)
        && path.startsWith(id, SESSION.length())
        && isOfCapabilities(path, rest, end);
  }

  /** Whether what follows the session's id, up to {@code end}, requests its capabilities. */
  private static boolean isOfCapabilities(String path, int from, int end) {
    int length = end - from;
    return switch (length) {
      case 0 -> true;
      case 1 -> path.charAt(from) == '/';
      default ->
          path.startsWith(APPIUM, from)
              && (length == APPIUM.length()
                  || (length == APPIUM.length() + 1 && path.charAt(end - 1) == '/'));
    };
  }

  @Override
  public void start() {
    relay.listener().commandStarted(route.id());
    front.within(relay.bodyPause());
  }

  @Override
  public void content(HttpContent part) {
    part.release();
    if (part instanceof LastHttpContent && !over && call == null) {
      send();
    }
  }

  private void send() {
    front.within(route.commandTimeout());
    NodeRequest request =
        new NodeRequest(
            "GET", path, RequestHead.own(relay, front, head), new byte[0], route.commandTimeout());
    clock.requestSent();
    CompletableFuture<NodeAnswer> answer =
        relay.client().send(route.node(), request, front.loop(), MAX_ANSWER);
    call = answer;
    Failures.log(
        answer.handle(
            (got, failure) -> {
              front.loop().execute(() -> answered(got, failure));
              return null;
            }),
        "the answer for session " + route.id());
  }

  private void answered(@Nullable NodeAnswer answer, @Nullable Throwable failure) {
    if (over) {
      return;
    }
    if (answer == null) {
      NodeFailure known =
          failure instanceof NodeFailure reported
              ? reported
              : new NodeFailure(NodeFailure.Kind.RESET, route.node(), "gave no answer", failure);
      end(CommandReport.Outcome.NODE_FAILED, NodeErrors.failed(route, known));
      return;
    }
    byte[] body = SocketAddresses.replace(answer.body(), route.addresses());
    FullHttpResponse out = HttpAnswers.whole(answer.status(), HttpAnswers.JSON, body);
    HttpHeaders headers = out.headers().clear();
    answer.headers().forEach(headers::set);
    HopByHop.strip(headers);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    headers.set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (UnknownSession.isReported(answer)) {
      relay.listener().sessionUnknownToNode(route.id());
    }
    clock.received(body.length);
    end(CommandReport.Outcome.ANSWERED, out);
  }

  private void end(CommandReport.Outcome outcome, FullHttpResponse answer) {
    over = true;
    clock.answered(answer.status().code());
    clock.ended(outcome);
    front.whole(answer);
  }

  @Override
  public void clientGone() {
    if (!over) {
      over = true;
      clock.ended(CommandReport.Outcome.CLIENT_LEFT);
      cancel();
    }
  }

  @Override
  public void timedOut() {
    if (!over) {
      boolean sent = call != null;
      cancel();
      end(
          CommandReport.Outcome.TIMED_OUT,
          sent ? NodeErrors.silent(route) : ErrorAnswers.bodyPaused());
    }
  }

  /** Closes the connection to the node, if a request was sent. */
  private void cancel() {
    if (call != null) {
      call.cancel(true);
    }
  }
}
