package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Codecs;
import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.RequestSink;
import io.gridfleet.lb.router.ClientConnectionTable.Effect;
import io.gridfleet.lb.router.ClientConnectionTable.Event;
import io.gridfleet.lb.router.ClientConnectionTable.State;
import io.gridfleet.lb.state.StateMachine;
import io.gridfleet.lb.state.UnexpectedEventException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
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
 * <p>Owner: the channel's event loop. Netty calls the handler there, and sinks call {@link
 * CurrentExchange} there; nothing here is locked or volatile.
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
@SuppressWarnings("FutureReturnValueIgnored") // closing: nobody waits for it
final class FrontConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(FrontConnection.class);

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
  private final CurrentExchange exchange;
  private @Nullable ChannelHandlerContext context;

  /**
   * Null before the channel is active and after it was left: a deadline in no list is never due.
   */
  private @Nullable Deadline deadline;

  /** The sink of the running exchange. */
  private @Nullable RequestSink current;

  FrontConnection(Dispatch dispatch, Deadlines deadlines) {
    this.dispatch = dispatch;
    this.limits = dispatch.limits();
    this.deadlines = deadlines;
    this.decoder = new Codecs.RequestDecoder(limits);
    this.exchange = new CurrentExchange(this, limits);
  }

  void install(Channel channel) {
    channel
        .pipeline()
        .addLast("http-in", decoder)
        .addLast("http-out", encoder)
        .addLast("ours", this);
  }

  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  Channel channel() {
    return context().channel();
  }

  State state() {
    return machine.state();
  }

  /**
   * The effect of an event. One that the table doesn't know in this state closes the channel: its
   * end is an event that every open state knows, and through it a running exchange hears that its
   * client has gone. The caller then does nothing but release what came with the event.
   */
  Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a client's connection is closed by a mistake", mistake);
      channel().close();
      return Effect.NONE;
    }
  }

  // The channel.

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    exchange.writeTo(added);
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    deadline = deadlines.create(channel().eventLoop(), this::due);
    within(exchange.headers().isDraining() ? LAST_USE : limits.head());
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

  /** The sink is current before it starts: it may answer, and so end, within its start. */
  private void begin(HttpRequest head) {
    encoder.answersHead(head.method().equals(HttpMethod.HEAD));
    exchange.begin(head);
    if (head.decoderResult().isFailure()) {
      exchange.whole(FrontErrors.unreadable(head.decoderResult().cause()));
      return;
    }
    within(limits.bodyPause());
    RequestSink sink = dispatch.sink(exchange, head);
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
    exchange.headers().endConnection();
    if (answering) {
      exchange.cut();
    } else {
      exchange.whole(answer.get());
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
      exchange.writePieces();
    } else if (effect == Effect.SERVE_NEXT && writable) {
      within(limits.idle());
      serveWaiting();
    }
  }

  /**
   * {@code current} is cleared before its sink hears of it, so that the sink can't be called again.
   */
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
    exchange.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof RuntimeException || cause instanceof Error) {
      log.error("a connection failed", cause);
    }
    from.close();
  }

  /**
   * Stopping changes no state: a running exchange goes on to its end, and takes the connection
   * along.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    boolean idle = state() == State.IDLE && waiting.isEmpty();
    if (event == FrontDoor.DRAIN) {
      exchange.headers().drain();
      if (idle) {
        within(LAST_USE);
      }
    } else if (event == FrontDoor.LEAVE && idle) {
      from.close();
    }
  }

  /** Within an exchange its sink decides what a passed deadline means. */
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

  // What the current exchange calls.

  /** The sink has answered, or will not: it hears of nothing more. */
  void exchangeOver() {
    current = null;
  }

  /** Goes on with what was read during the exchange that has ended. */
  void serveWaiting() {
    if (!waiting.serve()) {
      return;
    }
    if (current != null && state().isReceiving()) {
      current.readComplete();
    }
    if (waiting.isEmpty() && canTake()) {
      channel().config().setAutoRead(true);
    }
  }

  /** Returns whether anything waited. */
  boolean dropWaiting() {
    boolean any = !waiting.isEmpty();
    waiting.release();
    return any;
  }

  void within(Duration time) {
    if (deadline != null) {
      deadline.in(time);
    }
  }

  /** Gives the channel to a tunnel; the decoder hands over what it has read already. */
  Channel leaveTo(ChannelHandler tunnel) {
    Channel channel = channel();
    current = null;
    leave();
    channel.pipeline().addLast("tunnel", tunnel);
    channel.pipeline().remove(this);
    channel.pipeline().remove(encoder);
    channel.pipeline().remove(decoder);
    return channel;
  }
}
