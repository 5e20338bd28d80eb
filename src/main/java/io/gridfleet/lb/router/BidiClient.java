package io.gridfleet.lb.router;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.newsession.AttemptCalls;
import io.gridfleet.lb.newsession.NewSessionAnswer;
import io.gridfleet.lb.newsession.PendingSession;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeRequest;
import io.gridfleet.lb.relay.NodeSocket;
import io.gridfleet.lb.relay.Relay;
import io.gridfleet.lb.relay.WebSocketFrames;
import io.gridfleet.lb.router.BidiClientTable.Effect;
import io.gridfleet.lb.router.BidiClientTable.Event;
import io.gridfleet.lb.router.BidiClientTable.State;
import io.gridfleet.lb.session.Session;
import io.gridfleet.lb.state.StateMachine;
import io.gridfleet.lb.state.UnexpectedEventException;
import io.gridfleet.lb.webdriver.BidiMessage;
import io.gridfleet.lb.webdriver.ErrorCode;
import io.gridfleet.lb.webdriver.Json;
import io.gridfleet.lb.webdriver.NewSessionPayload;
import io.gridfleet.lb.webdriver.ProtocolException;
import io.gridfleet.lb.webdriver.WebDriverError;
import io.netty.buffer.Unpooled;
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
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's WebSocket that has no session yet: begins a new session for {@code session.new} (see
 * {@link BidiCommands}), and joins the socket with the node's when the session exists.
 *
 * <p>States and transitions: {@link BidiClientTable}. The state is entered before the effect is
 * carried out.
 *
 * <p>Owner: the event loop of the client's connection. Netty calls the handler there, the node's
 * socket is opened on the same loop, and the answer of the new session is brought to it; nothing
 * here is locked or volatile.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code pending} is set in {@code ASKED}, and only then: each new session that was begun is
 *       either answered or left by its client.
 *   <li>One timer runs in {@code OPEN}, until it has closed the connection, and in {@code ASKED};
 *       none in {@code JOINED} and {@code CLOSED}.
 *   <li>There is at most one node socket: the next attempt closes the last one's. In {@code OPEN}
 *       there is none. In {@code JOINED} it is the tunnel's. In {@code CLOSED} it closes as soon as
 *       its node has answered, because a session whose id was never read can't be deleted.
 *   <li>In {@code JOINED} the handler is not in the pipeline: no further event comes.
 * </ul>
 */
final class BidiClient extends SimpleChannelInboundHandler<WebSocketFrame> {
  /** A session.new with an extension or a profile in it; commands before it are short. */
  static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(BidiClient.class);

  private final NewSessions newSessions;
  private final Relay relay;
  private final Consumer<Session> socketClosed;
  private final BidiCommands commands;
  private final BidiSessions.Times times;
  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(BidiClientTable.TABLE);

  /** Set when the codec adds this handler to the pipeline, which is before its first event. */
  private @Nullable ChannelHandlerContext context;

  /** The codec in front of this handler; the tunnel takes its place in {@code JOINED}. */
  private @Nullable WebSocketFrames frames;

  /** The new session request that runs. */
  private @Nullable PendingSession pending;

  /** The socket of the last attempt, also before its node has answered. */
  private @Nullable NodeSocket socket;

  /** Fires {@code DUE}: the first command is late, or the next ping is due. */
  private @Nullable ScheduledFuture<?> timer;

  /** Begins a new session for the client of this connection. */
  @FunctionalInterface
  interface NewSessions {
    /**
     * @param calls how nodes are asked for the session
     * @throws ProtocolException for a request that can't be begun
     */
    PendingSession begin(NewSessionPayload payload, AttemptCalls calls);
  }

  BidiClient(
      NewSessions newSessions,
      Relay relay,
      Consumer<Session> socketClosed,
      BooleanSupplier stopping,
      BidiSessions.Times times) {
    this.newSessions = newSessions;
    this.relay = relay;
    this.socketClosed = socketClosed;
    this.commands = new BidiCommands(stopping, this::ask, this::send);
    this.times = times;
  }

  /**
   * The effect of an event. One that the table doesn't know in this state closes the channel, whose
   * end gives back what is held: {@code INACTIVE} has a row in each state in which a channel can
   * close. The caller then does nothing.
   */
  Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a BiDi connection is closed by a mistake", mistake);
      ChannelOutput.close(context());
      return Effect.NONE;
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  /** The handshake is answered; the frames are read by this codec. */
  void opened(WebSocketFrames codec) {
    frames = codec;
    within(times.firstCommand());
  }

  /** Set since {@link #handlerAdded}, also after this handler has left the pipeline. */
  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  /** Replaces the timer that runs. A timer that was cancelled on its own loop never runs. */
  private void within(Duration time) {
    stopTimer();
    timer = context().executor().schedule(this::due, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void due() {
    switch (fire(Event.DUE)) {
      case CLOSE_SILENT ->
          close(
              new CloseWebSocketFrame(
                  WebSocketCloseStatus.POLICY_VIOLATION, "no session was asked for"));
      // Keeps proxies from closing a connection on which a request waits.
      case PING -> {
        ChannelOutput.send(context(), new PingWebSocketFrame());
        within(times.ping());
      }
      default -> {}
    }
  }

  /**
   * Closes the channel after the frame is written. The state changes with {@code INACTIVE}: until
   * then the client's commands are answered as before.
   */
  private void close(CloseWebSocketFrame frame) {
    ChannelOutput.sendLast(context(), frame);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext from, WebSocketFrame frame) {
    if (frame instanceof PingWebSocketFrame ping) {
      ChannelOutput.send(from, new PongWebSocketFrame(ping.content().retain()));
    } else if (frame instanceof CloseWebSocketFrame bye) {
      close(bye.retain());
    } else if (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame) {
      commands.serve(frame);
    }
  }

  /**
   * {@link BidiCommands} has refused already where the server stops, so that {@code ASK} means a
   * request that can begin. A second request on the same connection is refused and leaves the first
   * as it is.
   */
  private void ask(long id, Map<String, Object> params) {
    switch (fire(Event.ASK)) {
      case BEGIN -> begin(id, params);
      case REFUSE ->
          throw new ProtocolException(
              WebDriverError.of(
                  ErrorCode.SESSION_NOT_CREATED, "this connection asks for a session already"));
      default -> {}
    }
  }

  /**
   * {@code ASKING} lasts from the event that led here to {@code BEGUN} or {@code NOT_BEGUN}. The
   * timer of {@code OPEN} runs on where nothing was begun: a client can't stay by repeating a
   * request that is malformed.
   *
   * <p>The answer is handled in a task of its own, because the request completes it within the
   * event that answers, or within {@code begin}.
   */
  private void begin(long id, Map<String, Object> params) {
    PendingSession begun;
    try {
      if (!(params.get("capabilities") instanceof Map)) {
        throw ProtocolException.invalidArgument("'capabilities' must be an object");
      }
      NewSessionPayload payload = NewSessionPayload.parse(Json.bytes(params));
      begun = newSessions.begin(payload, (node, request, on) -> attempt(id, node.url(), request));
    } catch (RuntimeException notBegun) {
      fire(Event.NOT_BEGUN);
      throw notBegun;
    }
    pending = begun;
    if (fire(Event.BEGUN) == Effect.AWAIT) {
      within(times.ping());
    }
    begun
        .answer()
        .thenAcceptAsync(answer -> answered(id, answer), context().executor())
        .exceptionally(
            mistake -> {
              log.error("the answer of a BiDi-only session can't be sent", mistake);
              ChannelOutput.close(context());
              return null;
            });
  }

  /**
   * Opens the node's socket on the client's event loop, because a tunnel needs both channels on
   * one. Each attempt has a socket of its own: the one before it has failed by now, and is closed
   * even where its node left it open.
   */
  private CompletableFuture<NodeAnswer> attempt(long id, URI node, NodeRequest request) {
    closeSocket();
    NodeSocket opened =
        relay.openSocket(context().channel().eventLoop(), NodeAddress.of(node), request, id);
    socket = opened;
    return opened.answer();
  }

  /**
   * The channel can have closed before this task runs. The answer is written before the tunnel
   * starts, so that it comes before what the node sends on the session's socket.
   */
  private void answered(long id, NewSessionAnswer answer) {
    Session session = answer.session().orElse(null);
    if (session == null) {
      notCreated(id, answer);
    } else if (fire(Event.CREATED) == Effect.JOIN) {
      pending = null;
      stopTimer();
      send(BidiMessage.ofHttp(id, answer.body()));
      join(session, Objects.requireNonNull(socket));
    }
  }

  /** The client may ask again, and has the time of a first command for it. */
  private void notCreated(long id, NewSessionAnswer answer) {
    if (fire(Event.NOT_CREATED) == Effect.ANSWER_ERROR) {
      pending = null;
      closeSocket();
      within(times.firstCommand());
      send(BidiMessage.ofHttp(id, answer.body()));
    }
  }

  /**
   * The codec leaves the pipeline, and this handler with it. Where the client is in the middle of a
   * message the codec stays and the channel closes, which is the tunnel's to handle: only this
   * handler leaves.
   */
  private void join(Session session, NodeSocket opened) {
    relay.join(
        session.id(),
        context().channel(),
        Objects.requireNonNull(frames),
        opened,
        () -> socketClosed.accept(session));
    if (!context().isRemoved()) {
      context().pipeline().remove(this);
    }
  }

  /** Closes the last attempt's socket. Not called in {@code JOINED}, where it is the tunnel's. */
  private void closeSocket() {
    if (socket != null) {
      socket.close();
      socket = null;
    }
  }

  private void send(byte[] message) {
    ChannelOutput.send(context(), new TextWebSocketFrame(Unpooled.wrappedBuffer(message)));
  }

  /** A new session that was begun goes on to its answer while the server stops. */
  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if ((event == FrontDoor.DRAIN || event == FrontDoor.LEAVE)
        && fire(Event.STOPPING) == Effect.CLOSE_STOPPING) {
      close(new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE));
    }
  }

  /** Fired by the codec for a message that is too large, and for frames that break RFC 6455. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof TooLongFrameException
        || cause.getCause() instanceof TooLongFrameException) {
      close(new CloseWebSocketFrame(WebSocketCloseStatus.MESSAGE_TOO_BIG));
    } else {
      ChannelOutput.closeAfterWrites(from.channel());
    }
  }

  /**
   * Netty's decoders fire what they have read whole before this event: a client that sends {@code
   * session.new} and closes at once is in {@code ASKED} here, and its request is left.
   */
  @Override
  public void channelInactive(ChannelHandlerContext from) {
    Effect effect = fire(Event.INACTIVE);
    stopTimer();
    if (effect == Effect.LEAVE) {
      detach();
    }
  }

  /**
   * The request deletes a session that exists or comes up later. The node's socket stays until the
   * node has answered, with the session's id in its answer; after that nobody else would close it.
   */
  private void detach() {
    PendingSession left = Objects.requireNonNull(pending);
    pending = null;
    left.clientLeft();
    NodeSocket opened = socket;
    if (opened != null) {
      Failures.log(
          opened
              .answer()
              .handle(
                  (answer, failure) -> {
                    opened.close();
                    return null;
                  }),
          "closing the node's socket of a client that left");
    }
  }
}
