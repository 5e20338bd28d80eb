package io.gridfleet.lb.router;

import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.NewSessionFlow;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.relay.NodeSocket;
import io.gridfleet.lb.relay.WebSocketFrames;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.webdriver.BidiMessage;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's WebSocket without a session yet: answers {@code session.status}, begins a new session
 * for {@code session.new}, and joins the socket with the node's when there is one. Owned by the
 * event loop of the connection; the answer of the new session comes on the same loop.
 *
 * <p>States (see {@link State}): open, no session was asked for, or the last try was refused;
 * asked, a new session is on its way; joined, a tunnel owns the channel; closed. A client that
 * leaves while asked is told to the new session, which gives back what was taken for it.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class BidiClient extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** A session.new with an extension or a profile in it; commands before it are short. */
  static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(BidiClient.class);

  /** Where the connection stands, and what may follow. */
  enum State {
    CLOSED,
    JOINED,
    OPEN,
    ASKED;

    private Set<State> next() {
      return switch (this) {
        case OPEN -> EnumSet.of(ASKED, CLOSED);
        case ASKED -> EnumSet.of(OPEN, JOINED, CLOSED);
        case JOINED, CLOSED -> EnumSet.noneOf(State.class);
      };
    }
  }

  private final Exchange exchange;
  private final BidiSessions.Parts parts;
  private final BidiSessions.Times times;
  private State state = State.OPEN;
  private @Nullable ChannelHandlerContext context;
  private @Nullable WebSocketFrames frames;
  private @Nullable PendingSession pending;
  private @Nullable NodeSocket socket;
  private @Nullable ScheduledFuture<?> alarm;

  BidiClient(Exchange exchange, BidiSessions.Parts parts, BidiSessions.Times times) {
    this.exchange = exchange;
    this.parts = parts;
    this.times = times;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  /** The handshake is answered; the frames are read by this codec. */
  void opened(WebSocketFrames codec) {
    frames = codec;
    within(times.firstCommand(), this::close);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  private void to(State wanted) {
    if (!state.next().contains(wanted)) {
      throw new IllegalStateException("a BiDi connection goes from " + state + " to " + wanted);
    }
    state = wanted;
    if (alarm != null) {
      alarm.cancel(false);
      alarm = null;
    }
  }

  private void within(Duration time, Runnable task) {
    alarm = context().executor().schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void close() {
    context()
        .writeAndFlush(
            new CloseWebSocketFrame(
                WebSocketCloseStatus.POLICY_VIOLATION, "no session was asked for"))
        .addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext from, WebSocketFrame frame) {
    if (frame instanceof PingWebSocketFrame ping) {
      from.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
    } else if (frame instanceof CloseWebSocketFrame bye) {
      from.writeAndFlush(bye.retain()).addListener(ChannelFutureListener.CLOSE);
    } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
      command(frame);
    }
  }

  private void command(WebSocketFrame frame) {
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
      command(id.get(), message);
    } catch (ProtocolException wrong) {
      send(BidiMessage.error(id, wrong.error()));
    } catch (RuntimeException mistake) {
      log.error("a BiDi command can't be served", mistake);
      String text = "Something is wrong in GridFleet LB";
      send(BidiMessage.error(id, WebDriverError.of(ErrorCode.UNKNOWN_ERROR, text)));
    }
  }

  private void command(long id, BidiMessage message) {
    switch (message.method()) {
      case "session.status" -> send(BidiMessage.success(id, status()));
      case "session.new" -> ask(id, message.params());
      default ->
          throw new ProtocolException(
              WebDriverError.of(
                  ErrorCode.INVALID_SESSION_ID,
                  "this connection has no session: send session.new first"));
    }
  }

  private Map<String, Object> status() {
    boolean ready = !parts.stopping().getAsBoolean();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("ready", ready);
    status.put("message", ready ? "GridFleet LB is ready" : "this server is stopping");
    return status;
  }

  private void ask(long id, Map<String, Object> params) {
    if (parts.stopping().getAsBoolean()) {
      throw new ProtocolException(NewSessionFlow.stopping());
    }
    if (state != State.OPEN) {
      throw new ProtocolException(
          WebDriverError.of(
              ErrorCode.SESSION_NOT_CREATED, "this connection asks for a session already"));
    }
    if (!(params.get("capabilities") instanceof Map)) {
      throw ProtocolException.invalidArgument("'capabilities' must be an object");
    }
    NewSessionPayload payload = NewSessionPayload.parse(Json.bytes(params));
    PendingSession begun =
        parts
            .arrivals()
            .begin(
                exchange,
                payload,
                (node, request, executor) -> {
                  closeSocket();
                  NodeAddress address = NodeAddress.of(node.url());
                  NodeSocket opened =
                      parts
                          .relay()
                          .openSocket(context().channel().eventLoop(), address, request, id);
                  socket = opened;
                  return opened.answer();
                });
    to(State.ASKED);
    pending = begun;
    within(times.ping(), this::ping);
    begun
        .answer()
        .thenAcceptAsync(answer -> answered(id, answer), context().executor())
        .exceptionally(
            mistake -> {
              log.error("the answer of a BiDi-only session can't be sent", mistake);
              context().close();
              return null;
            });
  }

  /** Keeps proxies from closing a connection on which a request waits. */
  private void ping() {
    context().writeAndFlush(new PingWebSocketFrame());
    within(times.ping(), this::ping);
  }

  private void answered(long id, NewSessionAnswer answer) {
    Session session = answer.session().orElse(null);
    NodeSocket opened = socket;
    if (state == State.CLOSED) {
      closeSocket();
    } else if (session == null || opened == null) {
      closeSocket();
      to(State.OPEN);
      pending = null;
      within(times.firstCommand(), this::close);
      send(BidiMessage.ofHttp(id, answer.body()));
    } else {
      to(State.JOINED);
      send(BidiMessage.ofHttp(id, answer.body()));
      parts
          .relay()
          .join(
              session.id(),
              context().channel(),
              Objects.requireNonNull(frames),
              opened,
              () -> parts.socketClosed().accept(session));
    }
  }

  private void closeSocket() {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }

  private void send(byte[] message) {
    context().writeAndFlush(new TextWebSocketFrame(Unpooled.wrappedBuffer(message)));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if ((event == FrontDoor.DRAIN || event == FrontDoor.LEAVE) && state == State.OPEN) {
      from.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof TooLongFrameException
        || cause.getCause() instanceof TooLongFrameException) {
      from.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.MESSAGE_TOO_BIG))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      from.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    PendingSession left = pending;
    boolean asked = state == State.ASKED;
    if (state != State.CLOSED) {
      to(State.CLOSED);
    }
    if (asked && left != null) {
      left.clientLeft();
    }
  }
}
