package io.gridfleet.lb.node;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.http.Codecs;
import io.gridfleet.lb.http.Deadlines.Deadline;
import io.gridfleet.lb.http.FlushBatch;
import io.gridfleet.lb.http.HeadWithBody;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to a node: serves one request at a time and returns to its pool by itself
 * when request and answer are complete. Owned by its event loop.
 *
 * <p>States: idle (no sink, in the pool) → busy (a sink) → idle or closed; or busy → handed over (a
 * tunnel took the channel).
 *
 * <p>No request receives bytes that were sent after the answer to another one. Bytes beyond the end
 * of an answer close the connection ({@link Codecs.AnswerDecoder#endAnswer}), and so do bytes that
 * are read while it is idle; the pool checks the socket for unread bytes before it lends the
 * connection ({@link #isUsable}); after an answer without a body, which some nodes send
 * nevertheless, it isn't pooled ({@link AnswerCheck#keepsConnection}). Bytes that a node sends
 * unsolicited after that check can't be distinguished from an answer in HTTP/1.1.
 */
public final class NodeConnection extends ChannelInboundHandlerAdapter {
  /** Subtracted from the node's keep-alive limit, so that this side closes first. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  private static final String NOT_HTTP = "answered something that is not HTTP";

  private final LoopPool pool;
  private final NodeAddress address;
  private final Channel channel;
  private final Codecs.AnswerDecoder decoder = new Codecs.AnswerDecoder();
  private final HttpRequestEncoder encoder = new HttpRequestEncoder();
  private final HeadWithBody joiner = new HeadWithBody();
  private final Deadline idle;
  private Duration idleLimit;
  private @Nullable AnswerSink sink;
  private @Nullable AnswerCheck check;
  private @Nullable Throwable failure;
  private boolean requestDone;
  private boolean keepAlive;
  private boolean interim;
  private boolean switching;
  private boolean first = true;

  NodeConnection(LoopPool pool, NodeAddress address, Channel channel) {
    this.pool = pool;
    this.address = address;
    this.channel = channel;
    this.idleLimit = pool.idleLimit();
    this.idle = pool.deadline(this::close);
  }

  /** Puts the codec and this connection at the end of the channel's pipeline. */
  void install() {
    channel.pipeline().addLast(decoder, encoder, joiner, this);
  }

  public NodeAddress address() {
    return address;
  }

  public boolean isWritable() {
    return channel.isWritable();
  }

  /** Whether the connection is open and its socket holds no unsolicited bytes. */
  boolean isUsable(UnreadInput unread) {
    return channel.isActive() && !unread.isIn(channel);
  }

  void close() {
    ChannelOutput.close(channel);
  }

  void idleFromNow() {
    idle.in(idleLimit);
  }

  void borrowed() {
    idle.clear();
  }

  /**
   * Writes the head of a request; its body, at least the empty last part, follows by {@link
   * #write}.
   */
  public void begin(HttpRequest head, AnswerSink answerSink) {
    sink = answerSink;
    requestDone = false;
    keepAlive = true;
    interim = false;
    check = new AnswerCheck(head);
    decoder.expectAnswer(check.toHead());
    put(head);
  }

  /** Writes a part of the request's body and takes its reference. */
  public void write(HttpContent part) {
    requestDone = part instanceof LastHttpContent;
    put(part);
  }

  private void put(Object message) {
    if (address.secure()) {
      ChannelOutput.writeOrClose(channel, message);
    } else {
      ChannelOutput.write(channel, message);
    }
  }

  public void flush() {
    FlushBatch.flush(channel);
  }

  /** Suspends or resumes reading the answer: backpressure. */
  public void read(boolean on) {
    channel.config().setAutoRead(on);
  }

  /** Closes the connection in any state; its sink isn't called any more. */
  public void abort() {
    sink = null;
    ChannelOutput.close(channel);
  }

  /**
   * Hands the bare channel to a tunnel after an answer of 101: {@code tunnel} replaces the codec
   * and receives what was read already.
   */
  public Channel handOver(ChannelHandler tunnel) {
    sink = null;
    idle.remove();
    pool.remove(this);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(tunnel);
    pipeline.remove(this);
    pipeline.remove(joiner);
    pipeline.remove(encoder);
    pipeline.remove(decoder);
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    AnswerSink to = sink;
    if (to == null) {
      ReferenceCountUtil.release(message);
      ChannelOutput.close(channel);
    } else if (message instanceof HttpResponse head) {
      onHead(to, head);
    } else if (message instanceof HttpContent part) {
      onPart(to, part);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void onHead(AnswerSink to, HttpResponse head) {
    String fault = fault(head);
    if (fault != null) {
      badAnswer(to, fault, head.decoderResult().cause());
      return;
    }
    int status = head.status().code();
    interim = status < 200 && status != 101;
    if (interim) {
      to.interim(head);
      return;
    }
    switching = status == 101;
    keepAlive = keepsConnection(head);
    if (first) {
      first = false;
      idleLimit = KeepAlive.limit(head.headers(), idleLimit, MARGIN);
    }
    to.answerHead(head);
  }

  private @Nullable String fault(HttpResponse head) {
    if (head.decoderResult().isFailure()) {
      return NOT_HTTP;
    }
    return check == null ? null : check.fault(head);
  }

  private boolean keepsConnection(HttpResponse head) {
    return check != null && check.keepsConnection(head);
  }

  private void onPart(AnswerSink to, HttpContent part) {
    if (interim) {
      part.release();
      interim = !(part instanceof LastHttpContent);
    } else if (part.decoderResult().isFailure()) {
      Throwable cause = part.decoderResult().cause();
      part.release();
      badAnswer(to, NOT_HTTP, cause);
    } else {
      if (part instanceof LastHttpContent) {
        answered();
      }
      to.answerPart(part);
    }
  }

  /**
   * The answer is complete: returns the connection to its pool, or closes it. Before the sink's
   * last call.
   */
  private void answered() {
    if (switching) {
      return;
    }
    sink = null;
    boolean quiet = decoder.endAnswer();
    if (quiet && keepAlive && requestDone) {
      channel.config().setAutoRead(true);
      pool.giveBack(this);
    } else {
      ChannelOutput.close(channel);
    }
  }

  private void badAnswer(AnswerSink to, String fault, @Nullable Throwable cause) {
    sink = null;
    ChannelOutput.close(channel);
    to.failed(new NodeFailure(NodeFailure.Kind.BAD_ANSWER, address, fault, cause));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (sink != null) {
      sink.answerRead();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (sink != null) {
      sink.nodeWritable(channel.isWritable());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failure = cause;
    ChannelOutput.close(channel);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    idle.remove();
    pool.remove(this);
    AnswerSink to = sink;
    sink = null;
    if (to != null) {
      to.failed(NodeFailure.reset(address, failure));
    }
  }
}
