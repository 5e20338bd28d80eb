package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import java.io.IOException;
import java.util.Optional;

/**
 * A WebSocket of a session: answers BiDi commands, and sends back everything else as it came. State
 * belongs to the event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes its channel
final class BidiSocket extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** Screenshots come over BiDi as one frame. */
  private static final int MOST_FRAME_BYTES = 64 << 20;

  private final NodeCore node;
  private final SimulatedSession session;
  private int closeCode = 1006;

  private BidiSocket(NodeCore node, SimulatedSession session) {
    this.node = node;
    this.session = session;
  }

  /** Shakes hands if the path names a live session, else answers 404. */
  static void open(
      ChannelHandlerContext context,
      NodeCore node,
      HttpRequest request,
      Exchange exchange,
      NodeRequest whole) {
    Optional<SimulatedSession> session = session(node, whole.path());
    if (session.isEmpty()) {
      exchange.answer(Answer.unknownSession(whole.path()));
      return;
    }
    String url = node.address("ws") + request.uri();
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                url, WebSocketServerHandshaker.SUB_PROTOCOL_WILDCARD, false, MOST_FRAME_BYTES)
            .newHandshaker(request);
    if (handshaker == null) {
      exchange.answer(Answer.error(400, "invalid argument", "unknown WebSocket version"));
      return;
    }
    context.pipeline().replace(context.name(), "bidi", new BidiSocket(node, session.get()));
    FullHttpRequest full =
        new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri());
    full.headers().set(request.headers());
    handshaker.handshake(context.channel(), full).addListener(future -> full.release());
    session.get().sockets().add(context.channel());
    node.history().add(Kind.SOCKET_OPENED, session.get().identity().id(), "", whole.path());
  }

  /** A session's id is the path's last part, or stands behind {@code session}. */
  private static Optional<SimulatedSession> session(NodeCore node, String path) {
    for (String part : path.split("/", -1)) {
      Optional<SimulatedSession> session = node.sessions().find(part);
      if (session.isPresent()) {
        return session;
      }
    }
    return Optional.empty();
  }

  static void close(Channel socket, int code, String reason) {
    socket
        .writeAndFlush(new CloseWebSocketFrame(code, reason))
        .addListener(ChannelFutureListener.CLOSE);
  }

  static void push(Channel socket, String text) {
    socket.writeAndFlush(new TextWebSocketFrame(text));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    if (frame instanceof CloseWebSocketFrame close) {
      closeCode = close.statusCode();
      context.writeAndFlush(close.retain()).addListener(ChannelFutureListener.CLOSE);
    } else if (frame instanceof PingWebSocketFrame ping) {
      context.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
    } else if (frame instanceof TextWebSocketFrame text && text.isFinalFragment()) {
      context.writeAndFlush(new TextWebSocketFrame(answer(text.text())));
    } else if (!(frame instanceof PongWebSocketFrame)) {
      context.writeAndFlush(frame.retain());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    session.sockets().remove(context.channel());
    String id = session.identity().id();
    node.history().add(Kind.SOCKET_CLOSED, id, "", Integer.toString(closeCode));
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  /** BiDi commands have an id and a method; every other text is its own answer. */
  private String answer(String text) {
    try {
      JsonNode command = Answer.JSON.readTree(text);
      if (!command.path("id").isNumber() || !command.path("method").isTextual()) {
        return text;
      }
      ObjectNode answer = Answer.JSON.createObjectNode().put("type", "success");
      answer.set("id", command.get("id"));
      ObjectNode result = answer.putObject("result");
      switch (command.get("method").asText()) {
        case "session.status" -> result.put("ready", false).put("message", "session lives");
        case "sim.echo" -> result.setAll(command.withObject("/params"));
        default -> {}
      }
      return Answer.JSON.writeValueAsString(answer);
    } catch (IOException e) {
      return text;
    }
  }
}
