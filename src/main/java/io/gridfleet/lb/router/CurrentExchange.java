package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.router.ClientConnectionTable.Effect;
import io.gridfleet.lb.router.ClientConnectionTable.Event;
import io.gridfleet.lb.router.ClientConnectionTable.State;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
 * The exchange that runs on a client's connection, as its sink sees it: writes the answer and ends
 * the exchange. One object for all exchanges of a connection, one after the other.
 *
 * <p>Owner: the event loop of the {@link FrontConnection}, whose state machine this fires events
 * of. Nothing here is called by another thread: endpoints that answer from one go through {@link
 * EndpointExchange}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class CurrentExchange implements ClientExchange {
  /**
   * How long a client may take to read an answer that closes before all of its request was read.
   */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final FrontConnection connection;
  private final HttpLimits limits;
  private final AnswerHeaders headers = new AnswerHeaders();
  private final AnswerWriter writer = new AnswerWriter();

  /** Of the command before this: its id is most often that of the next one, and is used again. */
  private @Nullable SessionId lastSession;

  CurrentExchange(FrontConnection connection, HttpLimits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  void writeTo(ChannelHandlerContext context) {
    writer.to(context);
  }

  /** The channel has closed: what isn't written is released. */
  void release() {
    writer.release();
  }

  AnswerHeaders headers() {
    return headers;
  }

  void begin(HttpRequest head) {
    headers.begin(head);
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

  @Override
  public SocketAddress client() {
    return connection.channel().remoteAddress();
  }

  @Override
  public EventLoop loop() {
    return connection.channel().eventLoop();
  }

  @Override
  public boolean isModern() {
    return headers.isModern();
  }

  @Override
  public boolean isWritable() {
    return connection.channel().isWritable();
  }

  @Override
  public boolean requestComplete() {
    return !connection.state().isReceiving();
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
    if (connection.fire(Event.ANSWER_HEAD) == Effect.WRITE) {
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

  /** Flushes last: what that frees may lead here again. */
  void writePieces() {
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
    connection.context().flush();
  }

  /** The next request may begin within this: nothing of the last one may follow it. */
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
   * A connection closed with input unread is reset, and the answer may be lost with it (RFC 9112
   * §9.6): the output ends first, and what comes is read and dropped for a while.
   */
  private void closeInOrder(boolean incomplete) {
    boolean drops = connection.dropWaiting() || incomplete;
    var flushed = connection.context().writeAndFlush(Unpooled.EMPTY_BUFFER);
    if (drops && connection.channel() instanceof DuplexChannel duplex) {
      within(LINGER);
      connection.channel().config().setAutoRead(true);
      flushed.addListener(done -> duplex.shutdownOutput());
    } else {
      flushed.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void cut() {
    connection.exchangeOver();
    if (connection.fire(Event.CUT) == Effect.CLOSE) {
      connection.channel().close();
    }
  }

  @Override
  public void read(boolean on) {
    connection.channel().config().setAutoRead(on);
  }

  @Override
  public void within(Duration time) {
    connection.within(time);
  }

  /**
   * Writes first: a write can fire the channel's writability, which {@code CLOSED} has no row for.
   */
  @Override
  public Channel handOver(HttpResponse switching, ChannelHandler tunnel) {
    interim(switching);
    if (connection.fire(Event.HANDED_OVER) != Effect.HAND_OVER) {
      throw new IllegalStateException("there is no exchange to switch from");
    }
    return connection.leaveTo(tunnel);
  }
}
