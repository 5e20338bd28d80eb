package io.gridfleet.lb.router;

import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.webdriver.BidiMessage;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands that a WebSocket without a session understands: {@code session.status} is answered
 * here, {@code session.new} is passed on, any other is an error.
 *
 * <p>Owner: the event loop of the client's connection, as for {@link BidiClient}. Each command is
 * answered at most once here: an error that {@code session.new} throws is its answer.
 */
final class BidiCommands {
  private static final Logger log = LoggerFactory.getLogger(BidiCommands.class);

  private final BooleanSupplier stopping;
  private final NewSession newSession;
  private final Consumer<byte[]> send;

  /** Begins the session of a {@code session.new}, which it answers later. */
  @FunctionalInterface
  interface NewSession {
    /**
     * @throws ProtocolException for a request that can't be begun
     */
    void ask(long id, Map<String, Object> params);
  }

  BidiCommands(BooleanSupplier stopping, NewSession newSession, Consumer<byte[]> send) {
    this.stopping = stopping;
    this.newSession = newSession;
    this.send = send;
  }

  /**
   * A command that fails is answered, and the connection stays: the client can send the next one. A
   * message without a usable id is answered with the id null (WebDriver BiDi, "respond with an
   * error").
   */
  void serve(WebSocketFrame frame) {
    Optional<Long> id = Optional.empty();
    try {
      if (frame instanceof BinaryWebSocketFrame) {
        throw ProtocolException.invalidArgument("a command is a text message");
      }
      BidiMessage message = BidiMessage.read(ByteBufUtil.getBytes(frame.content()));
      id = message.id();
      if (id.isEmpty() || message.method().isEmpty()) {
        throw ProtocolException.invalidArgument(
            "a command has an 'id' (a whole number), a 'method' (a text) and 'params' (an object)");
      }
      serve(id.get(), message);
    } catch (ProtocolException wrong) {
      send.accept(BidiMessage.error(id, wrong.error()));
    } catch (RuntimeException mistake) {
      log.error("a BiDi command can't be served", mistake);
      String text = "Something is wrong in GridFleet LB";
      send.accept(BidiMessage.error(id, WebDriverError.of(ErrorCode.UNKNOWN_ERROR, text)));
    }
  }

  private void serve(long id, BidiMessage message) {
    switch (message.method()) {
      case "session.status" -> send.accept(BidiMessage.success(id, status()));
      case "session.new" -> ask(id, message.params());
      default ->
          throw new ProtocolException(
              WebDriverError.of(
                  ErrorCode.INVALID_SESSION_ID,
                  "this connection has no session: send session.new first"));
    }
  }

  /** A server that stops refuses before the connection is asked. */
  private void ask(long id, Map<String, Object> params) {
    if (stopping.getAsBoolean()) {
      throw new ProtocolException(NewSessionFlow.stopping());
    }
    newSession.ask(id, params);
  }

  private Map<String, Object> status() {
    boolean ready = !stopping.getAsBoolean();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("ready", ready);
    status.put("message", ready ? "GridFleet LB is ready" : "this server is stopping");
    return status;
  }
}
