package io.gridfleet.lb.router;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.http.Deadlines;
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
 * its writability within the write, and a sink may answer within the call that starts it.
 *
 * <p>Owner: the channel's event loop. Netty calls the handler there, and sinks call {@link
 * CurrentExchange} there; nothing here is locked or volatile. {@link FrontDoor} drains connections
 * through events of the pipeline, which Netty fires on the loop too.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code current} is set while an exchange runs ({@link State#isExchange}), and only then. A
 *       sink is notified of its client's end once, and of nothing after it has answered.
 *   <li>Messages that can't be delivered yet are queued in {@code waiting}, and reading is
 *       suspended while there are any: the queue is bounded by one read.
 *   <li>No request begins while the channel is unwritable: a connection holds one whole answer at
 *       most, and what fits between the channel's water marks.
 *   <li>Every path ends in {@code CLOSED}, which releases what is queued and what is unwritten, and
 *       removes the deadline.
 *   <li>Each message that is read is delivered, queued or released exactly once.
 * </ul>
 */
final class FrontConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(FrontConnection.class);

  /**
   * How long a persistent connection stays open once the process is stopping. Closing it at once
   * would lose a request in flight (RFC 9112 §9.5); an active client sends its next request within
   * this time, and that answer carries {@code Connection: close}.
   */
  private static final Duration LAST_USE = Duration.ofSeconds(5);

  private final Dispatch dispatch;
  private final HttpLimits limits;

  /** The limit of the current state. */
  private final ConnectionDeadline deadline;

  /** The codec; left to the tunnel by {@link #handOver}. */
  private final ClientPipeline pipeline;

  /** Changed by {@link #fire} only. */
  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(ClientConnectionTable.TABLE);

  /**
   * What was read and can't be delivered yet; served when an exchange ends or the channel is free.
   */
  private final WaitingMessages waiting = new WaitingMessages(this::canTake, this::take);

  /** The exchange's side for sinks; reused by all exchanges of this connection. */
  private final CurrentExchange exchange;

  private @Nullable ChannelHandlerContext context;

  /** The sink of the running exchange. Cleared before its end is reported. */
  private @Nullable RequestSink current;

  FrontConnection(Dispatch dispatch, Deadlines deadlines) {
    this.dispatch = dispatch;
    this.limits = dispatch.limits();
    this.deadline = new ConnectionDeadline(deadlines);
    this.pipeline = new ClientPipeline(limits);
    this.exchange = new CurrentExchange(this, limits);
  }

  /** Called once, when the channel is accepted. */
  void install(Channel channel) {
    pipeline.install(channel, this);
  }

  /**
   * Set once, by {@link #handlerAdded}, and never cleared: a sink may write after the channel
   * closed.
   */
  ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  Channel channel() {
    return context().channel();
  }

  /** The state after the last event; it is entered before that event's effect is carried out. */
  State state() {
    return machine.state();
  }

  /**
   * Fires an event and returns its effect. An event without a row in this state is a defect: it is
   * logged and closes the channel, whose end has a row in every open state and notifies a running
   * exchange. The caller then only releases what came with the event.
   */
  Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a client's connection is closed by an unexpected event", mistake);
      ChannelOutput.close(channel());
      return Effect.NONE;
    }
  }

  // Events of the channel.

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    exchange.writeTo(added);
  }

  /** The first limit is the head's. A connection that is accepted while draining has less time. */
  @Override
  public void channelActive(ChannelHandlerContext active) {
    deadline.start(channel().eventLoop(), this::due);
    within(exchange.headers().isDraining() ? LAST_USE : limits.head());
  }

  /** Delivers in order: a message is queued while others are, even if it could be taken. */
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

  /** Whether the next part of the running exchange, or the next request, can be delivered now. */
  private boolean canTake() {
    return state().isBetweenRequests() ? channel().isWritable() : state().isReceiving();
  }

  /** Starts an exchange with a head, delivers a part to the running one; takes the reference. */
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

  /** {@code current} is set before the sink starts: it may answer, and so end, within its start. */
  private void begin(HttpRequest head) {
    pipeline.begin(head);
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
        abort(ErrorAnswers::failed);
      }
    }
  }

  /**
   * Ends the exchange from outside its sink, which is notified as if its client had disconnected.
   * An answer that has begun is cut, because its status can't be changed any more.
   */
  private void abort(Supplier<FullHttpResponse> answer) {
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

  /** A part that can't be parsed ends the exchange: the rest of the input has no framing. */
  private void bodyPart(HttpContent part) {
    if (part.decoderResult().isFailure()) {
      Throwable cause = part.decoderResult().cause();
      part.release();
      abort(() -> FrontErrors.unreadable(cause));
      return;
    }
    Effect effect = fire(part instanceof LastHttpContent ? Event.BODY_END : Event.BODY_PART);
    if (effect == Effect.DELIVER && current != null) {
      current.content(part);
    } else {
      part.release();
    }
  }

  /**
   * The end of a read: sinks flush now. A head that has begun has less time than an idle
   * connection.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    boolean fed = pipeline.takeFed();
    if (current != null) {
      current.readComplete();
    } else if (fed && state() == State.IDLE && waiting.isEmpty() && canTake()) {
      fire(Event.PARTIAL_HEAD);
      within(limits.head());
    }
  }

  /** Fired within writes and flushes too, in any state. */
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
   * {@code current} is cleared before its sink is notified, so that the sink can't be called again.
   */
  @Override
  public void channelInactive(ChannelHandlerContext from) {
    Effect effect = fire(Event.INACTIVE);
    release();
    RequestSink sink = current;
    current = null;
    if (effect == Effect.LEAVE_EXCHANGE && sink != null) {
      sink.clientGone();
    }
  }

  /** Releases what this connection holds; the channel has closed or is being handed over. */
  private void release() {
    deadline.remove();
    waiting.release();
    exchange.release();
  }

  /** I/O errors are normal ends of a connection; anything else is a defect and logged. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof RuntimeException || cause instanceof Error) {
      log.error("a connection failed", cause);
    }
    ChannelOutput.close(from);
  }

  /**
   * Stopping changes no state: a running exchange completes and closes the connection with its
   * answer.
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
      ChannelOutput.closeAfterWrites(from.channel());
    }
  }

  /** Within an exchange its sink handles a passed deadline. */
  private void due() {
    switch (fire(Event.DUE)) {
      case INFORM_SINK -> {
        if (current != null) {
          current.timedOut();
        }
      }
      case CLOSE -> ChannelOutput.close(channel());
      default -> {}
    }
  }

  // Called by the current exchange.

  /** Detaches the sink: it has answered or failed, and is notified of nothing more. */
  void exchangeOver() {
    current = null;
  }

  /** Delivers what was queued, then resumes reading. A nested call leaves both to the outer one. */
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

  /** Releases what is queued. Returns whether there was anything. */
  boolean dropWaiting() {
    boolean any = !waiting.isEmpty();
    waiting.release();
    return any;
  }

  /** Moves the deadline; without one, after the channel was left, this does nothing. */
  void within(Duration time) {
    deadline.within(time);
  }

  /**
   * Hands the channel to a tunnel. Everything is released first, because nothing here is called
   * after the pipeline has changed.
   */
  Channel handOver(ChannelHandler tunnel) {
    Channel channel = channel();
    current = null;
    release();
    pipeline.handOver(channel, this, tunnel);
    return channel;
  }
}
