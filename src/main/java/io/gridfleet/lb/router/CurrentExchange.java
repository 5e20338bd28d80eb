package io.gridfleet.lb.router;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.http.FlushBatch;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.router.ClientConnectionTable.Effect;
import io.gridfleet.lb.router.ClientConnectionTable.Event;
import io.gridfleet.lb.router.ClientConnectionTable.State;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The running exchange of a client's connection, as its sink uses it: writes the answer and ends
 * the exchange. One object serves all exchanges of a connection, one after the other.
 *
 * <p>Owner: the event loop of the {@link FrontConnection}, whose state machine this class fires
 * events of. Nothing here is called by another thread: endpoints that answer from one go through
 * {@link EndpointExchange}.
 *
 * <p>Invariants: an answer is written only in a state of an exchange ({@link State#isExchange});
 * the sink is detached ({@link FrontConnection#exchangeOver}) before anything can begin the next
 * request; every answer that is passed in is written or released.
 */
final class CurrentExchange implements ClientExchange {
  /** The time a client has to read an answer that closes before all of its request was read. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** Owns the state machine, the deadline and the pipeline. */
  private final FrontConnection connection;

  private final HttpLimits limits;

  /** Whether the connection persists after this exchange; reset when the next one begins. */
  private final AnswerHeaders headers = new AnswerHeaders();

  /** Writes every answer; holds the unwritten pieces of a large one until they are released. */
  private final AnswerWriter writer = new AnswerWriter();

  /**
   * The session of the previous command: most often that of the next one, so that its id is reused.
   */
  private @Nullable SessionId lastSession;

  CurrentExchange(FrontConnection connection, HttpLimits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  /** Called once, before the first event of the channel. */
  void writeTo(ChannelHandlerContext context) {
    writer.to(context);
  }

  /** Releases what isn't written; the channel has closed. */
  void release() {
    writer.release();
  }

  AnswerHeaders headers() {
    return headers;
  }

  /** Resets the headers for the next request, before its sink exists. */
  void begin(HttpRequest head) {
    headers.begin(head);
  }

  /** Not cleared between exchanges: it is a hint, which the caller compares with its own id. */
  @Nullable SessionId lastSession() {
    return lastSession;
  }

  void lastSession(SessionId id) {
    lastSession = id;
  }

  /** Sets the origin of another server's page that may read the next answer. */
  void answersTo(@Nullable String origin) {
    headers.answersTo(origin);
  }

  @Override
  public SocketAddress client() {
    return connection.channel().remoteAddress();
  }

  /** The loop of the channel never changes: sinks open the node's connection on it. */
  @Override
  public EventLoop loop() {
    return connection.channel().eventLoop();
  }

  @Override
  public boolean isModern() {
    return headers.isModern();
  }

  /** Netty's own flag: true again only below the low water mark. */
  @Override
  public boolean isWritable() {
    return connection.channel().isWritable();
  }

  /** From the connection's state, so that both can't disagree. */
  @Override
  public boolean requestComplete() {
    return !connection.state().isReceiving();
  }

  /** The task is passed to the next write of an answer's end; it runs on the event loop. */
  @Override
  public void unlessDelivered(Runnable lost) {
    writer.unlessDelivered(lost);
  }

  /** Changes no state: the final answer is still to come. */
  @Override
  public void interim(HttpResponse head) {
    writer.write(head);
    writer.write(LastHttpContent.EMPTY_LAST_CONTENT);
    flush();
  }

  /**
   * The state is entered before the write, which can call back through the channel's writability.
   */
  @Override
  public void head(HttpResponse head) {
    headers.ofStreamed(head, requestComplete());
    if (connection.fire(Event.ANSWER_HEAD) == Effect.WRITE) {
      writer.write(head);
    }
  }

  /** The end is flushed before the event is fired: the next request may begin within it. */
  @Override
  public void part(HttpContent part) {
    writer.write(part);
    if (part instanceof LastHttpContent) {
      flush();
      ended();
    }
  }

  /**
   * Writes a whole answer: in pieces if it is large and the request is complete. An answer before
   * the end of the request closes the connection; its body is a short error, written at once.
   * Without an exchange the answer is released, and the event, which has no row, closes the
   * connection.
   */
  @Override
  public void whole(FullHttpResponse answer) {
    headers.ofWhole(answer, requestComplete());
    if (LargeAnswer.isLarge(answer) && connection.state() == State.RECEIVED) {
      connection.fire(Event.LARGE_ANSWER);
      connection.exchangeOver();
      writer.begin(answer);
      writePieces();
    } else if (connection.state().isExchange()) {
      writer.write(answer);
      flush();
      ended();
    } else {
      answer.release();
      connection.fire(Event.ANSWERED);
    }
  }

  /**
   * Writes pieces while the channel is writable. Flushes last, because the flush can free the
   * channel and call this again. Each round renews the client's time to read.
   */
  void writePieces() {
    HttpContent last = writer.writePieces();
    if (last != null) {
      part(last);
    } else {
      within(limits.bodyPause());
      flush();
    }
  }

  /** The flush can fire the channel's writability within the call. */
  @Override
  public void flush() {
    FlushBatch.flush(connection.channel());
  }

  /**
   * Ends the exchange. The next request may begin within this call, so that nothing of the last one
   * follows it.
   */
  private void ended() {
    Effect effect =
        connection.fire(headers.keepsConnection() ? Event.ANSWERED : Event.ANSWERED_LAST);
    connection.exchangeOver();
    switch (effect) {
      case SERVE_NEXT -> {
        within(connection.channel().isWritable() ? limits.idle() : limits.bodyPause());
        connection.serveWaiting();
      }
      case CLOSE_IN_ORDER -> closeInOrder(false);
      case CLOSE_UNREAD -> closeInOrder(true);
      default -> {}
    }
  }

  /**
   * Closes the connection after pending writes. Closing a socket with unread input resets it, and
   * the answer may be lost (RFC 9112 §9.6): then only the output is shut down, and input is read
   * and dropped for up to {@link #LINGER}.
   */
  private void closeInOrder(boolean incomplete) {
    boolean drops = connection.dropWaiting() || incomplete;
    if (drops && connection.channel() instanceof DuplexChannel duplex) {
      within(LINGER);
      connection.channel().config().setAutoRead(true);
      ChannelOutput.endOutput(duplex);
    } else {
      ChannelOutput.sendLast(connection.context(), Unpooled.EMPTY_BUFFER);
    }
  }

  /** The sink is detached first: it ended the exchange, and isn't notified of the close. */
  @Override
  public void cut() {
    connection.exchangeOver();
    if (connection.fire(Event.CUT) == Effect.CLOSE) {
      ChannelOutput.closeAfterWrites(connection.channel());
    }
  }

  /** Backpressure: input that was read already waits in the connection. */
  @Override
  public void read(boolean on) {
    connection.channel().config().setAutoRead(on);
  }

  /** Moves the one limit of the connection: the next state replaces what a sink has set. */
  @Override
  public void within(Duration time) {
    connection.within(time);
  }

  /**
   * The answer is written before the event: a write can fire the channel's writability, for which
   * {@code CLOSED} has no row.
   */
  @Override
  public Channel handOver(HttpResponse switching, ChannelHandler tunnel) {
    interim(switching);
    if (connection.fire(Event.HANDED_OVER) != Effect.HAND_OVER) {
      throw new IllegalStateException("no exchange is running that could switch protocols");
    }
    return connection.handOver(tunnel);
  }
}
