package io.gridfleet.lb.relay;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.node.AnswerSink;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeAnswer;
import io.gridfleet.lb.node.NodeConnection;
import io.gridfleet.lb.node.NodeConnections;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.node.NodeFailure.Kind;
import io.gridfleet.lb.node.NodeRequest;
import io.gridfleet.lb.webdriver.BidiMessage;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node's own WebSocket ({@code ws://node/session}) on which a BiDi-only session is requested; the
 * answer to {@code session.new} is converted to that of New Session over HTTP, so that it is
 * evaluated like any other. Owned by its event loop.
 *
 * <p>States: connecting → handhandshaking → requested → open (the session exists, nothing more is
 * read until a tunnel removes {@link #frames}) or closed. Every end before it is open completes the
 * answer.
 */
public final class NodeSocket implements Waiting, AnswerSink {
  /** A node that supports such handshakes answers them at once; some others never do. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);

  /** The limit of an answer to session.new. */
  private static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

  private static final int SWITCHING = 101;
  private static final int ERROR = 500;

  private final EventLoop loop;
  private final NodeAddress node;
  private final NodeRequest request;
  private final long id;
  private final String key;
  private final CompletableFuture<NodeAnswer> answer = new CompletableFuture<>();
  private final WebSocketFrames frames =
      new WebSocketFrames(false, MAX_ANSWER_BYTES, new Messages());
  private @Nullable NodeConnection connection;
  private @Nullable HttpResponse head;
  private @Nullable Channel channel;
  private @Nullable ScheduledFuture<?> timer;
  private boolean handshaking;

  NodeSocket(EventLoop loop, NodeAddress node, NodeRequest request, long id) {
    this.loop = loop;
    this.node = node;
    this.request = request;
    this.id = id;
    UUID random = UUID.randomUUID();
    byte[] nonce = new byte[16];
    ByteBuffer.wrap(nonce)
        .putLong(random.getMostSignificantBits())
        .putLong(random.getLeastSignificantBits());
    this.key = Base64.getEncoder().encodeToString(nonce);
  }

  void start(NodeConnections connections) {
    timer = after(request.deadline(), () -> fail(Kind.TIMED_OUT, "didn't answer in time"));
    connections.borrow(loop, node, this);
  }

  private ScheduledFuture<?> after(Duration time, Runnable task) {
    return loop.schedule(task, time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Completes with the node's answer; fails with {@link NodeFailure} where it gives no usable
   * answer.
   */
  public CompletableFuture<NodeAnswer> answer() {
    return answer;
  }

  WebSocketFrames frames() {
    return frames;
  }

  /** The open socket. */
  Channel channel() {
    return Objects.requireNonNull(channel);
  }

  /** Closes the socket in any state; a session on it is left to the node. On its event loop. */
  public void close() {
    stopTimer();
    if (connection != null) {
      connection.abort();
      connection = null;
    }
    if (channel != null) {
      ChannelOutput.close(channel);
    }
  }

  @Override
  public void connected(NodeConnection to) {
    if (answer.isDone()) {
      to.abort();
    } else if (!request.wanted().getAsBoolean()) {
      connection = to;
      fail(Kind.WITHDRAWN, "wasn't asked");
    } else {
      connection = to;
      handshaking = true;
      Timers.after(loop, HANDSHAKE, "the handshake with " + node, this::handshakeTimedOut);
      to.begin(handshake(), this);
      to.write(LastHttpContent.EMPTY_LAST_CONTENT);
      to.flush();
    }
  }

  private HttpRequest handshake() {
    HttpRequest sent =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, node.basePath() + "/session");
    sent.headers()
        .set(HttpHeaderNames.HOST, node.authority())
        .set(HttpHeaderNames.UPGRADE, "websocket")
        .set(HttpHeaderNames.CONNECTION, "Upgrade")
        .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
        .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    return sent;
  }

  private void handshakeTimedOut() {
    if (handshaking) {
      hasNoBidi("doesn't answer the handshake");
    }
  }

  @Override
  public void answerHead(HttpResponse response) {
    head = response;
  }

  @Override
  public void answerPart(HttpContent part) {
    part.release();
    HttpResponse response = head;
    if (!(part instanceof LastHttpContent) || response == null || !handshaking) {
      return;
    }
    int status = response.status().code();
    if (status != SWITCHING) {
      connection = null;
      hasNoBidi("answers " + status + " to the handshake");
    } else if (!WebSocketAccept.of(key)
        .equals(response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
      fail(Kind.BAD_ANSWER, "switched to something that is no WebSocket");
    } else {
      switched();
    }
  }

  private void switched() {
    NodeConnection from = connection;
    handshaking = false;
    if (from == null) {
      return;
    }
    connection = null;
    Channel socket = from.handOver(frames);
    channel = socket;
    if (!request.wanted().getAsBoolean()) {
      fail(Kind.WITHDRAWN, "wasn't asked");
    } else {
      byte[] command = BidiMessage.command(id, "session.new", request.body());
      ChannelOutput.send(socket, new TextWebSocketFrame(Unpooled.wrappedBuffer(command)));
    }
  }

  @Override
  public void failed(NodeFailure failure) {
    connection = null;
    if (handshaking) {
      hasNoBidi("closes the connection of the handshake");
    } else {
      stop();
      answer.completeExceptionally(failure);
    }
  }

  private void fail(Kind kind, String what) {
    stop();
    answer.completeExceptionally(new NodeFailure(kind, node, what));
  }

  /** Completes with the error {@code session not created}, so that another device is tried. */
  private void hasNoBidi(String what) {
    stop();
    String text = "node " + node.authority() + " has no BiDi-only sessions: it " + what;
    answer.complete(new NodeAnswer(ERROR, Map.of(), BidiMessage.sessionNotCreatedOverHttp(text)));
  }

  private void stop() {
    handshaking = false;
    if (!answer.isDone()) {
      close();
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** Reads the node's messages until it has answered. */
  private final class Messages extends SimpleChannelInboundHandler<WebSocketFrame> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
      if (frame instanceof PingWebSocketFrame ping) {
        ChannelOutput.send(context, new PongWebSocketFrame(ping.content().retain()));
      } else if (frame instanceof TextWebSocketFrame text && !answer.isDone()) {
        Optional<BidiMessage.HttpAnswer> received =
            BidiMessage.asHttp(id, ByteBufUtil.getBytes(text.content()));
        received.ifPresent(this::answered);
      }
    }

    private void answered(BidiMessage.HttpAnswer received) {
      stopTimer();
      if (received.status() == 200) {
        frames.stop();
        read(false);
      } else {
        close();
      }
      answer.complete(new NodeAnswer(received.status(), Map.of(), received.body()));
    }

    private void read(boolean on) {
      channel().config().setAutoRead(on);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ChannelOutput.close(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (!answer.isDone()) {
        fail(Kind.RESET, "closed the connection before its answer");
      }
    }
  }
}
