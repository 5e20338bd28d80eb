package io.gridfleet.lb.router;

import io.gridfleet.lb.http.Answers;
import io.gridfleet.lb.http.Codecs;
import io.gridfleet.lb.http.Deadlines;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.FrontSide;
import io.gridfleet.lb.relay.RequestSink;
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
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: serves its requests one after the other, in their order. Owned by its
 * event loop.
 *
 * <p>States: between requests (no sink) → an exchange (a sink; the request's body may still be
 * arriving) → the rest of a large answer is written as the client takes it (no sink, {@code
 * unwritten}) → between requests, or closing (what comes is dropped). Requests that arrive during
 * an exchange wait, and no more is read. No request is begun while the client doesn't take what was
 * answered before it, so that a connection holds at most one whole answer and what fits between the
 * channel's water marks.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class FrontConnection extends ChannelInboundHandlerAdapter implements FrontSide {
  private static final Logger LOG = LoggerFactory.getLogger(FrontConnection.class);

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
  private final Deque<Object> waiting = new ArrayDeque<>(2);
  private @Nullable ChannelHandlerContext context;
  private @Nullable Deadline deadline;
  private @Nullable RequestSink current;
  private @Nullable SessionId lastSession;
  private @Nullable Runnable unlessDelivered;
  private @Nullable LargeAnswer unwritten;
  private @Nullable String page;
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private boolean requestComplete;
  private boolean keepAlive;
  private boolean answering;
  private boolean partialHead;
  private boolean serving;
  private boolean closing;
  private boolean draining;

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

  @Nullable SessionId lastSession() {
    return lastSession;
  }

  void lastSession(SessionId id) {
    lastSession = id;
  }

  /** The origin of another server's page that may read the next answer. */
  void answersTo(@Nullable String origin) {
    page = origin;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    deadline = deadlines.create(loop(), this::due);
    within(draining ? LAST_USE : limits.head());
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (closing) {
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
    return current == null ? unwritten == null && channel().isWritable() : !requestComplete;
  }

  private void take(Object message) {
    if (message instanceof HttpRequest head) {
      begin(head);
    } else if (message instanceof HttpContent part) {
      bodyPart(part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(HttpRequest head) {
    partialHead = false;
    answering = false;
    requestComplete = false;
    page = null;
    encoder.answersHead(head.method().equals(HttpMethod.HEAD));
    if (head.decoderResult().isFailure()) {
      keepAlive = false;
      whole(FrontErrors.unreadable(head.decoderResult().cause()));
      return;
    }
    version = head.protocolVersion();
    keepAlive = !draining && Answers.wantsKeepAlive(head);
    within(limits.bodyPause());
    RequestSink sink = dispatch.sink(this, head);
    current = sink;
    try {
      sink.start();
    } catch (RuntimeException e) {
      LOG.error("a request failed to start", e);
      if (current == sink) {
        giveUp(ErrorAnswers::failed);
      }
    }
  }

  /** Ends the exchange against its sink's will: the sink hears that its client has gone. */
  private void giveUp(Supplier<FullHttpResponse> answer) {
    RequestSink sink = current;
    current = null;
    if (sink != null) {
      sink.clientGone();
    }
    keepAlive = false;
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
    requestComplete = part instanceof LastHttpContent;
    if (current != null) {
      current.content(part);
    } else {
      part.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext from) {
    boolean fed = decoder.takeFed();
    if (current != null) {
      current.readComplete();
    } else if (fed && !closing && !partialHead && waiting.isEmpty() && canTake()) {
      partialHead = true;
      within(limits.head());
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    boolean writable = channel().isWritable();
    if (current != null) {
      current.writabilityChanged(writable);
    } else if (writable && unwritten != null) {
      writePieces(unwritten);
    } else if (writable && !closing) {
      within(limits.idle());
      serveWaiting();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    closing = true;
    leave();
    RequestSink sink = current;
    current = null;
    if (sink != null) {
      sink.clientGone();
    }
  }

  private void leave() {
    if (deadline != null) {
      deadline.leave();
    }
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    if (unwritten != null) {
      unwritten.release();
      unwritten = null;
      if (unlessDelivered != null) {
        unlessDelivered.run();
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (cause instanceof RuntimeException || cause instanceof Error) {
      LOG.error("a connection failed", cause);
    }
    from.close();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event == FrontDoor.DRAIN) {
      draining = true;
      keepAlive = false;
      if (isIdle()) {
        within(LAST_USE);
      }
    } else if (event == FrontDoor.LEAVE && isIdle()) {
      from.close();
    }
  }

  private boolean isIdle() {
    return current == null && unwritten == null && waiting.isEmpty() && !partialHead;
  }

  private void due() {
    if (current != null && !closing) {
      current.timedOut();
    } else {
      channel().close();
    }
  }

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
    return version.isKeepAliveDefault();
  }

  @Override
  public boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public boolean requestComplete() {
    return requestComplete;
  }

  private void write(Object message) {
    Runnable task = unlessDelivered;
    if (task == null || !(message instanceof LastHttpContent)) {
      context().write(message, channel().voidPromise());
      return;
    }
    unlessDelivered = null;
    context()
        .write(message)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                task.run();
                channel().close();
              }
            });
  }

  @Override
  public void unlessDelivered(Runnable lost) {
    unlessDelivered = lost;
  }

  @Override
  public void interim(HttpResponse head) {
    write(head);
    write(LastHttpContent.EMPTY_LAST_CONTENT);
    flush();
  }

  @Override
  public void head(HttpResponse head) {
    answering = true;
    keepAlive = keepAlive && requestComplete;
    if (!isModern()) {
      unchunk(head);
    }
    Answers.keepAlive(head, version, keepAlive);
    OriginPolicy.allow(page, head);
    write(head);
  }

  /** A body of unknown length ends with the connection for who doesn't know chunks. */
  private void unchunk(HttpResponse head) {
    HttpUtil.setTransferEncodingChunked(head, false);
    keepAlive = keepAlive && head.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  @Override
  public void part(HttpContent part) {
    write(part);
    if (part instanceof LastHttpContent) {
      flush();
      ended();
    }
  }

  @Override
  public void whole(FullHttpResponse answer) {
    keepAlive = keepAlive && requestComplete;
    Answers.keepAlive(answer, version, keepAlive);
    OriginPolicy.allow(page, answer);
    if (LargeAnswer.isLarge(answer)) {
      current = null;
      LargeAnswer large = LargeAnswer.of(answer);
      unwritten = large;
      write(LargeAnswer.head(answer));
      writePieces(large);
    } else {
      write(answer);
      flush();
      ended();
    }
  }

  /** Flushes last: what that frees may lead here again. */
  private void writePieces(LargeAnswer answer) {
    while (!answer.hasOnePieceLeft() && channel().isWritable()) {
      write(answer.next());
    }
    if (answer.hasOnePieceLeft()) {
      unwritten = null;
      part(answer.next());
    } else {
      within(limits.bodyPause());
      flush();
    }
  }

  @Override
  public void flush() {
    context().flush();
  }

  private void ended() {
    current = null;
    answering = false;
    if (!keepAlive) {
      closeInOrder();
    } else {
      within(channel().isWritable() ? limits.idle() : limits.bodyPause());
      serveWaiting();
    }
  }

  private void serveWaiting() {
    if (serving) {
      return;
    }
    serving = true;
    while (!waiting.isEmpty() && !closing && canTake()) {
      take(waiting.poll());
    }
    serving = false;
    if (current != null && !requestComplete) {
      current.readComplete();
    }
    if (waiting.isEmpty() && canTake()) {
      read(true);
    }
  }

  /** A connection closed with input unread is reset, and the answer may be lost with it. */
  private void closeInOrder() {
    closing = true;
    boolean unread = !requestComplete || !waiting.isEmpty();
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
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
    closing = true;
    current = null;
    channel().close();
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
