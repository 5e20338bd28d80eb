package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Codecs;
import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.FrontSide;
import io.gridfleet.lb.relay.RequestSink;
import io.gridfleet.lb.router.ClientConnectionTable.Effect;
import io.gridfleet.lb.router.ClientConnectionTable.Event;
import io.gridfleet.lb.router.ClientConnectionTable.State;
import io.gridfleet.lb.state.StateMachine;
import io.gridfleet.lb.state.UnexpectedEventException;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: serves its requests one after the other, in their order (RFC 9112
 * §9.3.2).
 *
 * <p>States and transitions: {@link ClientConnectionTable}. The state is entered before the effect
 * is carried out, because an effect can call back: a write that fills or frees the channel fires
 * its writability within the write, and a sink may answer within the call that gives it its
 * request.
 *
 * <p>Owner: the channel's event loop. Netty calls the handler there, and sinks call the {@link
 * FrontSide} there; nothing here is locked or volatile.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code current} is set while an exchange runs ({@link State#isExchange}), and only then. A
 *       sink hears of its client's end once, and of nothing after it has answered.
 *   <li>What arrives during an exchange waits in {@code waiting}, and no more is read.
 *   <li>No request begins while the client doesn't take what was answered before it: a connection
 *       holds one whole answer at most, and what fits between the channel's water marks.
 *   <li>Every way out ends in {@code CLOSED}, which releases what waits and what is unwritten.
 * </ul>
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class FrontConnection extends ChannelInboundHandlerAdapter implements FrontSide {
  private static final Logger log = LoggerFactory.getLogger(FrontConnection.class);

  /**
   * How long a client may take to read an answer that closes before all of its request was read.
   */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /**
   * How long a kept connection may still be used once we are stopping. Closing it at once would
   * lose the request that is on its way (RFC 9112 §9.5); a client that works on asks sooner than
   * this, and is told to close by that answer.
   */
  private static final Duration LAST_USE = Duration.ofSeconds(5);

  private final Dispatch dispatch;
  private final HttpLimits limits;
  private final Deadlines deadlines;
  private final Codecs.RequestDecoder decoder;
  private final Codecs.AnswerEncoder encoder = new Codecs.AnswerEncoder();
  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(ClientConnectionTable.TABLE);
  private final WaitingMessages waiting = new WaitingMessages(this::canTake, this::take);
  private final AnswerHeaders headers = new AnswerHeaders();
  private final AnswerWriter writer = new AnswerWriter();
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable RequestSink current;

  /** Spares a look-up for each command: connections belong to tests, and a test has a session. */
  private @Nullable SessionId lastSession;

  FrontConnection(Dispatch dispatch, Deadlines deadlines) {
    this.dispatch = dispatch;
    this.limits = dispatch.limits();
    this.deadlines = deadlines;
    this.decoder = new Codecs.RequestDecoder(limits);
  }

  void install(Channel channel) {
    channel
        .pipeline()
        .addLast("http-in", decoder)
        .addLast("http-out", encoder)
        .addLast("ours", this);
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  private Channel channel() {
    return context().channel();
  }

  private State state() {
    return machine.state();
  }

  /**
   * The effect of an event. One that the table doesn't know in this state closes the channel: its
   * end is an event that every open state knows, and through it a running exchange hears that its
   * client has gone. The caller then does nothing but release what came with the event.
   */
  private Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a client's connection is closed by a mistake", mistake);
      channel().close();
      return Effect.NONE;
    }
  }

  @Nullable SessionId lastSession() {
    return lastSession;
  }

  void lastSession(SessionId id) {
    lastSession = id;
  }

  /** The origin of another server's page that may read the next answer. */
  void answersTo(@Nullable String origin) {
    headers.answersTo(origin);
  }

  // The channel.

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    writer.to(added);
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    deadline = deadlines.create(loop(), this::due);
    within(headers.isDraining() ? LAST_USE : limits.head());
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (state() == State.CLOSING || state() == State.CLOSED) {
      ReferenceCountUtil.release(message);
    } else if (!waiting.isEmpty() || !canTake()) {
      waiting.add(message);
      channel().config().setAutoRead(false);
    } else {
      take(message);
    }
  }

  /** Whether the next part of the running exchange, or the next request, can be taken now. */
  private boolean canTake() {
    return state().isBetweenRequests() ? channel().isWritable() : state().isReceiving();
  }

  private void take(Object message) {
    if (message instanceof HttpRequest head) {
      if (fire(Event.HEAD) == Effect.BEGIN) {
        begin(head);
      }
    } else if (message instanceof HttpContent part) {
      bodyPart(part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpRequest head) {
    encoder.answersHead(head.method().equals(HttpMethod.HEAD));
    headers.begin(head);
    if (head.decoderResult().isFailure()) {
      whole(FrontErrors.unreadable(head.decoderResult().cause()));
      return;
    }
    within(limits.bodyPause());
    RequestSink sink = dispatch.sink(this, head);
    current = sink;
    try {
      sink.start();
    } catch (RuntimeException e) {
      log.error("a request failed to start", e);
      if (current == sink) {
        giveUp(ErrorAnswers::failed);
      }
    }
  }

  /**
   * Ends the exchange against its sink's will: the sink hears that its client has gone. An answer
   * that has begun can't be taken back, so that the client sees that it is cut.
   */
  private void giveUp(Supplier<FullHttpResponse> answer) {
    boolean answering = state() == State.ANSWERING_EARLY || state() == State.ANSWERING;
    RequestSink sink = current;
    current = null;
    if (sink != null) {
      sink.clientGone();
    }
    headers.endConnection();
    if (answering) {
      cut();
    } else {
      whole(answer.get());
    }
  }

  private void bodyPart(HttpContent part) {
    if (part.decoderResult().isFailure()) {
      Throwable cause = part.decoderResult().cause();
      part.release();
      giveUp(() -> FrontErrors.unreadable(cause));
      return;
    }
    Effect effect = fire(part instanceof LastHttpContent ? Event.BODY_END : Event.BODY_PART);
    if (effect == Effect.DELIVER && current != null) {
      current.content(part);
    } else {
      part.release();
    }
  }

  /** A head that has begun has less time than a connection that is kept. */
  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    boolean fed = decoder.takeFed();
    if (current != null) {
      current.readComplete();
    } else if (fed && state() == State.IDLE && waiting.isEmpty() && canTake()) {
      fire(Event.PARTIAL_HEAD);
      within(limits.head());
    }
  }

  /** Fired within writes and flushes too, whatever the state is then. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    boolean writable = channel().isWritable();
    Effect effect = fire(Event.WRITABILITY);
    if (effect == Effect.INFORM_SINK && current != null) {
      current.writabilityChanged(writable);
    } else if (effect == Effect.WRITE_PIECES && writable) {
      writePieces();
    } else if (effect == Effect.SERVE_NEXT && writable) {
      within(limits.idle());
      serveWaiting();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    Effect effect = fire(Event.INACTIVE);
    leave();
    RequestSink sink = current;
    current = null;
    if (effect == Effect.LEAVE_EXCHANGE && sink != null) {
      sink.clientGone();
    }
  }

  private void leave() {
    if (deadline != null) {
      deadline.leave();
      deadline = null;
    }
    waiting.release();
    writer.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof RuntimeException || cause instanceof Error) {
      log.error("a connection failed", cause);
    }
    from.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    boolean idle = state() == State.IDLE && waiting.isEmpty();
    if (event == FrontDoor.DRAIN) {
      headers.drain();
      if (idle) {
        within(LAST_USE);
      }
    } else if (event == FrontDoor.LEAVE && idle) {
      from.close();
    }
  }

  private void due() {
    switch (fire(Event.DUE)) {
      case INFORM_SINK -> {
        if (current != null) {
          current.timedOut();
        }
      }
      case CLOSE -> channel().close();
      default -> {}
    }
  }

  // What the sink of an exchange calls.

  @Override
  public SocketAddress client() {
    return channel().remoteAddress();
  }

  @Override
  public EventLoop loop() {
    return channel().eventLoop();
  }

  @Override
  public boolean isModern() {
    return headers.isModern();
  }

  @Override
  public boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public boolean requestComplete() {
    return !state().isReceiving();
  }

  @Override
  public void unlessDelivered(Runnable lost) {
    writer.unlessDelivered(lost);
  }

  @Override
  public void interim(HttpResponse head) {
    writer.write(head);
    writer.write(LastHttpContent.EMPTY_LAST_CONTENT);
    flush();
  }

  @Override
  public void head(HttpResponse head) {
    headers.ofStreamed(head, requestComplete());
    if (fire(Event.ANSWER_HEAD) == Effect.WRITE) {
      writer.write(head);
    }
  }

  @Override
  public void part(HttpContent part) {
    writer.write(part);
    if (part instanceof LastHttpContent) {
      flush();
      ended();
    }
  }

  /** An early answer ends the connection; its body is a short error, written at once. */
  @Override
  public void whole(FullHttpResponse answer) {
    headers.ofWhole(answer, requestComplete());
    if (LargeAnswer.isLarge(answer) && state() == State.RECEIVED) {
      fire(Event.LARGE_ANSWER);
      current = null;
      writer.begin(answer);
      writePieces();
    } else if (state().isExchange()) {
      writer.write(answer);
      flush();
      ended();
    } else {
      answer.release();
      fire(Event.ANSWERED);
    }
  }

  /** Flushes last: what that frees may lead here again. */
  private void writePieces() {
    HttpContent last = writer.writePieces();
    if (last != null) {
      part(last);
    } else {
      within(limits.bodyPause());
      flush();
    }
  }

  @Override
  public void flush() {
    context().flush();
  }

  /** The next request may begin within this: nothing of the last one may follow it. */
  private void ended() {
    Effect effect = fire(headers.keepsConnection() ? Event.ANSWERED : Event.ANSWERED_LAST);
    current = null;
    switch (effect) {
      case SERVE_NEXT -> {
        within(channel().isWritable() ? limits.idle() : limits.bodyPause());
        serveWaiting();
      }
      case CLOSE_IN_ORDER -> closeInOrder(!waiting.isEmpty());
      case CLOSE_UNREAD -> closeInOrder(true);
      default -> {}
    }
  }

  private void serveWaiting() {
    if (!waiting.serve()) {
      return;
    }
    if (current != null && state().isReceiving()) {
      current.readComplete();
    }
    if (waiting.isEmpty() && canTake()) {
      read(true);
    }
  }

  /**
   * A connection closed with input unread is reset, and the answer may be lost with it (RFC 9112
   * §9.6): the output ends first, and what comes is read and dropped for a while.
   */
  private void closeInOrder(boolean unread) {
    waiting.release();
    var flushed = context().writeAndFlush(Unpooled.EMPTY_BUFFER);
    if (unread && channel() instanceof DuplexChannel duplex) {
      within(LINGER);
      channel().config().setAutoRead(true);
      flushed.addListener(done -> duplex.shutdownOutput());
    } else {
      flushed.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void cut() {
    current = null;
    if (fire(Event.CUT) == Effect.CLOSE) {
      channel().close();
    }
  }

  @Override
  public void read(boolean on) {
    channel().config().setAutoRead(on);
  }

  @Override
  public void within(Duration time) {
    if (deadline != null) {
      deadline.in(time);
    }
  }

  @Override
  public Channel handOver(HttpResponse switching, ChannelHandler tunnel) {
    Channel channel = channel();
    if (fire(Event.HANDED_OVER) != Effect.HAND_OVER) {
      throw new IllegalStateException("there is no exchange to switch from");
    }
    interim(switching);
    current = null;
    leave();
    channel.pipeline().addLast("tunnel", tunnel);
    channel.pipeline().remove(this);
    channel.pipeline().remove(encoder);
    channel.pipeline().remove(decoder);
    return channel;
  }
}
