package io.gridfleet.lb.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.netty.channel.Channel;
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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket of a session: answers BiDi commands, and echoes everything else. At {@code /session}
 * of a node that behaves like chromedriver it starts without a session and creates one for {@code
 * session.new}, with the faults of New Session; the session outlives its socket. State is confined
 * to the event loop.
 */
final class BidiSocket extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** Screenshots come over BiDi as one frame. */
  private static final int MAX_FRAME_BYTES = 64 << 20;

  private final NodeCore node;
  private final ServeRequest serveRequest;
  private @Nullable SimulatedSession session;
  private int closeCode = 1006;

  private BidiSocket(NodeCore node, ServeRequest serveRequest, @Nullable SimulatedSession session) {
    this.node = node;
    this.serveRequest = serveRequest;
    this.session = session;
  }

  /** Completes the handshake if the path names a live session, else answers 404. */
  static void open(
      ChannelHandlerContext context,
      NodeCore node,
      ServeRequest serveRequest,
      HttpRequest request,
      PeerExchange exchange,
      SimulatedRequest whole) {
    Optional<SimulatedSession> session = session(node, whole.path());
    boolean begins = whole.path().equals("/session") && !node.config().style().isAppium();
    if (session.isEmpty() && !begins) {
      exchange.answer(SimulatedAnswer.unknownSession(whole.path()));
      return;
    }
    String url = node.address("ws") + request.uri();
    WebSocketServerHandshaker handshaker =
        new WebSocketServerHandshakerFactory(
                url, WebSocketServerHandshaker.SUB_PROTOCOL_WILDCARD, false, MAX_FRAME_BYTES)
            .newHandshaker(request);
    if (handshaker == null) {
      exchange.answer(SimulatedAnswer.error(400, "invalid argument", "unknown WebSocket version"));
      return;
    }
    BidiSocket socket = new BidiSocket(node, serveRequest, session.orElse(null));
    context.pipeline().replace(context.name(), "bidi", socket);
    FullHttpRequest full =
        new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri());
    full.headers().set(request.headers());
    handshaker.handshake(context.channel(), full).addListener(future -> full.release());
    session.ifPresent(it -> it.sockets().add(context.channel()));
    node.history().add(Kind.SOCKET_OPENED, socket.id(), "", whole.path());
  }

  private String id() {
    return session == null ? "" : session.identity().id();
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
    ChannelOutput.sendLast(socket, new CloseWebSocketFrame(code, reason));
  }

  static void push(Channel socket, String text) {
    ChannelOutput.send(socket, new TextWebSocketFrame(text));
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
    if (frame instanceof CloseWebSocketFrame close) {
      closeCode = close.statusCode();
      ChannelOutput.sendLast(context, close.retain());
    } else if (frame instanceof PingWebSocketFrame ping) {
      ChannelOutput.send(context, new PongWebSocketFrame(ping.content().retain()));
    } else if (frame instanceof TextWebSocketFrame text && text.isFinalFragment()) {
      text(context, text.text());
    } else if (!(frame instanceof PongWebSocketFrame)) {
      ChannelOutput.send(context, frame.retain());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (session != null) {
      session.sockets().remove(context.channel());
    }
    node.history().add(Kind.SOCKET_CLOSED, id(), "", Integer.toString(closeCode));
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    ChannelOutput.close(context);
  }

  /** BiDi commands have an id and a method; every other text is echoed. */
  private void text(ChannelHandlerContext context, String text) {
    JsonNode command = read(text);
    if (!command.path("id").isNumber() || !command.path("method").isTextual()) {
      push(context.channel(), text);
      return;
    }
    String method = command.get("method").asText();
    if (method.equals("session.new") && session == null) {
      begin(context, command);
    } else if (session == null && !method.equals("session.status")) {
      push(context.channel(), message(command, error("invalid session id", "no session yet")));
    } else if (method.equals("session.end") && session != null) {
      end(context, command, session.identity());
    } else {
      push(context.channel(), message(command, result(method, command)));
    }
  }

  private void end(ChannelHandlerContext context, JsonNode command, LiveSession ending) {
    Fault fault = node.faults().take(NodeOperation.END_SESSION, ending.udid()).orElse(null);
    if (fault != null) {
      node.history().add(Kind.FAULT, ending.id(), ending.udid(), fault.toString());
    }
    if (fault instanceof Fault.Fails fails) {
      push(context.channel(), message(command, error(fails.error(), fails.message())));
      return;
    }
    if (fault instanceof Fault.KeepsSockets) {
      node.keepSockets(ending.id());
    }
    push(context.channel(), message(command, result("session.end", command)));
    if (!(fault instanceof Fault.EndsNothing)) {
      node.end(ending.id(), Kind.DELETED);
    }
  }

  private static JsonNode read(String text) {
    try {
      return SimulatedAnswer.JSON.readTree(text);
    } catch (IOException e) {
      return SimulatedAnswer.JSON.missingNode();
    }
  }

  private static ObjectNode result(String method, JsonNode command) {
    ObjectNode answer = SimulatedAnswer.JSON.createObjectNode().put("type", "success");
    ObjectNode result = answer.putObject("result");
    switch (method) {
      case "session.status" -> result.put("ready", false).put("message", "session lives");
      case "sim.echo" -> result.setAll((ObjectNode) command.path("params"));
      default -> {}
    }
    return answer;
  }

  private static ObjectNode error(String error, String text) {
    return SimulatedAnswer.JSON
        .createObjectNode()
        .put("type", "error")
        .put("error", error)
        .put("message", text);
  }

  private static String message(JsonNode command, ObjectNode answer) {
    answer.set("id", command.get("id"));
    return answer.toString();
  }

  /** As New Session over HTTP, its answer as a message. */
  private void begin(ChannelHandlerContext context, JsonNode command) {
    byte[] body = command.path("params").toString().getBytes(StandardCharsets.UTF_8);
    SimulatedRequest asked =
        new SimulatedRequest("POST", "/session", "", Map.of(), body, body.length);
    serveRequest.serve(asked, new OverSocket(context, command));
  }

  /** Sends answers over the socket. */
  private final class OverSocket implements PeerExchange {
    private final ChannelHandlerContext context;
    private final JsonNode command;

    OverSocket(ChannelHandlerContext context, JsonNode command) {
      this.context = context;
      this.command = command;
    }

    @Override
    public void answer(SimulatedAnswer answer) {
      JsonNode value = read(new String(answer.body(), StandardCharsets.UTF_8)).path("value");
      if (answer.status() != 200) {
        ObjectNode failure = error(value.path("error").asText(), value.path("message").asText());
        push(context.channel(), message(command, failure));
        return;
      }
      node.sessions().find(value.path("sessionId").asText()).ifPresent(this::joins);
      ObjectNode success = SimulatedAnswer.JSON.createObjectNode().put("type", "success");
      success.set("result", value);
      push(context.channel(), message(command, success));
    }

    private void joins(SimulatedSession created) {
      session = created;
      created.sockets().add(context.channel());
    }

    @Override
    public void answerHalf(SimulatedAnswer answer) {
      drop();
    }

    @Override
    public void answerSlowly(SimulatedAnswer answer, Duration apart) {
      later(apart, () -> answer(answer));
    }

    @Override
    public void drop() {
      ChannelOutput.close(context);
    }

    @Override
    public void later(Duration delay, Runnable task) {
      if (delay.isZero()) {
        task.run();
      } else {
        Timers.after(context.executor(), delay, "a simulated command on a socket", task);
      }
    }
  }
}
