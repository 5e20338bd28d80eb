package io.gridfleet.lb.router;

import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.relay.WebSocketAccept;
import io.gridfleet.lb.relay.WebSocketFrames;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * {@code ws://…/session}: a client that asks for its session over WebDriver BiDi ({@code
 * session.new}) and has no HTTP session first. Shakes hands; {@link BidiClient} does the rest.
 */
public final class BidiSessions implements Endpoint {
  private static final int UPGRADE_REQUIRED = 426;
  private static final EndpointAnswer MISTAKE =
      EndpointAnswer.error(
          WebDriverError.of(ErrorCode.UNKNOWN_ERROR, "Something is wrong in GridFleet LB"));

  private final Parts parts;
  private final Times times;

  /**
   * What BiDi-only sessions need of their neighbours.
   *
   * @param arrivals begins new sessions
   * @param socketClosed told of each BiDi-only session whose socket has closed, on an event loop
   * @param stopping whether no new session is accepted any more
   */
  public record Parts(
      NewSessionEndpoint arrivals,
      Relay relay,
      Consumer<Session> socketClosed,
      BooleanSupplier stopping) {}

  /**
   * How long a client may be silent.
   *
   * @param firstCommand from the handshake to {@code session.new}
   * @param ping between two pings while the request waits
   */
  public record Times(Duration firstCommand, Duration ping) {}

  public BidiSessions(Parts parts, Times times) {
    this.parts = parts;
    this.times = times;
  }

  @Override
  public void handle(Exchange exchange) {
    Optional<String> key = exchange.header("sec-websocket-key").filter(text -> !text.isBlank());
    if (parts.stopping().getAsBoolean()) {
      exchange.answer(EndpointAnswer.error(NewSessionFlow.stopping()));
    } else if (key.isEmpty()) {
      exchange.answer(
          EndpointAnswer.error(refused("a WebSocket handshake has a Sec-WebSocket-Key")));
    } else if (!exchange.header("sec-websocket-version").equals(Optional.of("13"))) {
      WebDriverError error = refused("the version of WebSocket is 13").withStatus(UPGRADE_REQUIRED);
      exchange.answer(EndpointAnswer.error(error).with("Sec-WebSocket-Version", "13"));
    } else {
      BodyTask.run(exchange, body -> open(exchange, key.get()), MISTAKE);
    }
  }

  private CompletionStage<?> open(Exchange exchange, String key) {
    BidiClient client =
        new BidiClient(
            (payload, calls) -> parts.arrivals().begin(exchange, payload, calls),
            parts.relay(),
            parts.socketClosed(),
            parts.stopping(),
            times);
    WebSocketFrames frames = new WebSocketFrames(true, BidiClient.MAX_MESSAGE_BYTES, client);
    exchange.upgrade(switching(key), frames);
    client.opened(frames);
    return CompletableFuture.completedFuture(null);
  }

  private static HttpResponse switching(String key) {
    HttpResponse answer =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS);
    answer
        .headers()
        .set(HttpHeaderNames.UPGRADE, "websocket")
        .set(HttpHeaderNames.CONNECTION, "Upgrade")
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, WebSocketAccept.of(key.strip()));
    return answer;
  }

  private static WebDriverError refused(String why) {
    return WebDriverError.of(ErrorCode.INVALID_ARGUMENT, why);
  }
}
