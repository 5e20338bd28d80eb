package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.handler.codec.http.FullHttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** The answers to clients where a node gave none. */
final class NodeErrors {
  private NodeErrors() {}

  static FullHttpResponse failed(SessionRoute route, NodeFailure failure) {
    String cause = failure.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_ERROR,
            named(route) + failure.getMessage(),
            Map.of("node", route.nodeName(), "cause", cause)));
  }

  static FullHttpResponse silent(SessionRoute route) {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.TIMEOUT,
            named(route) + "no answer from the node within " + seconds(route.commandTimeout()),
            Map.of("node", route.nodeName(), "cause", "timed out")));
  }

  static FullHttpResponse tooManySockets(int most) {
    return ErrorAnswers.of(
        WebDriverError.of(
            ErrorCode.UNKNOWN_ERROR,
            "this session has " + most + " sockets open, the most allowed"));
  }

  /** What listens at a socket's address may not be the node: its answers aren't forwarded. */
  static NodeFailure noWebSocket(SessionRoute route, int status) {
    return new NodeFailure(
        NodeFailure.Kind.BAD_ANSWER,
        route.node(),
        "has a WebSocket address that answers a handshake with " + status);
  }

  private static String named(SessionRoute route) {
    return route.nodeName() + ": ";
  }

  private static String seconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }
}
