package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.RequestSink;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** An exchange that an endpoint answers: gathers its body, carries its answer to the event loop. */
final class EndpointExchange implements Exchange, RequestSink {
  /** No limit while an endpoint works: a new session may wait for a day. */
  private static final Duration NO_LIMIT = Duration.ofDays(365);

  /**
   * Of what is gathered so far, the part that must come in each pause: a body that takes much of
   * the budget doesn't hold it by trickling.
   */
  private static final int GROWTH = 16;

  private final ClientExchange front;
  private final HttpRequest head;
  private final Route route;
  private final SocketAddress client;
  private final Endpoint endpoint;
  private final GatheringLimits limits;
  private CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final CompletableFuture<Void> clientLeft = new CompletableFuture<>();
  private ByteArrayOutputStream gathered = new ByteArrayOutputStream(512);

  /** What the endpoint said before the request was read to its end. */
  private final List<Runnable> early = new ArrayList<>(0);

  /** What of the budget is taken, until the request is over. */
  private long charged;

  private int extendedAt;
  private boolean over;

  /** How much is gathered, here and in the process, and how long a pause may be. */
  record GatheringLimits(int mostBytes, BodyBudget budget, Duration pause) {}

  EndpointExchange(
      ClientExchange front,
      HttpRequest head,
      Route route,
      SocketAddress client,
      Endpoint endpoint,
      GatheringLimits limits) {
    this.front = front;
    this.head = head;
    this.route = route;
    this.client = client;
    this.endpoint = endpoint;
    this.limits = limits;
  }

  @Override
  public void start() {
    front.within(limits.pause());
    long length = HttpUtil.getContentLength(head, 0L);
    if (length > limits.mostBytes()) {
      refuseBody(FrontErrors.bodyTooLarge(limits.mostBytes()));
      return;
    }
    if (!limits.budget().hasRoom(length)) {
      refuseBody(FrontErrors.noMemory(route));
      return;
    }
    if (HttpUtil.is100ContinueExpected(head) && front.isModern()) {
      front.interim(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
    }
    endpoint.handle(this);
  }

  @Override
  public void content(HttpContent part) {
    gather(part);
    if (over) {
      return;
    }
    if (part instanceof LastHttpContent) {
      front.within(NO_LIMIT);
      complete();
      early.forEach(Runnable::run);
      early.clear();
    } else if (gathered.size() - extendedAt >= leastProgress()) {
      extendedAt = gathered.size();
      front.within(limits.pause());
    }
  }

  private int leastProgress() {
    return Math.max(HttpLimits.MIN_BODY_PROGRESS, extendedAt / GROWTH);
  }

  /** A request may wait for hours: only who asked for its bytes has them from here on. */
  private void complete() {
    CompletableFuture<byte[]> asked = body;
    byte[] bytes = gathered.toByteArray();
    gathered = new ByteArrayOutputStream(0);
    body = CompletableFuture.failedFuture(new IllegalStateException("the body was handed out"));
    asked.complete(bytes);
  }

  private void gather(HttpContent part) {
    int bytes = part.content().readableBytes();
    if (!over && gathered.size() + bytes > limits.mostBytes()) {
      refuseBody(FrontErrors.bodyTooLarge(limits.mostBytes()));
    } else if (!over && bytes > 0 && !limits.budget().take(bytes)) {
      refuseBody(FrontErrors.noMemory(route));
    } else if (!over && bytes > 0) {
      charged += bytes;
      gathered.writeBytes(ByteBufUtil.getBytes(part.content()));
    }
    part.release();
  }

  private void refuseBody(FullHttpResponse answer) {
    end();
    body.completeExceptionally(new CancellationException("the body is too large"));
    front.whole(answer);
  }

  /** Nothing more is read or written; what was gathered isn't needed any more. */
  private void end() {
    over = true;
    gathered = new ByteArrayOutputStream(0);
    limits.budget().giveBack(charged);
    charged = 0;
  }

  @Override
  public void clientGone() {
    end();
    body.completeExceptionally(new CancellationException("the client has left"));
    clientLeft.complete(null);
  }

  @Override
  public void timedOut() {
    if (!over && !front.requestComplete()) {
      end();
      body.completeExceptionally(new CancellationException("the body didn't arrive"));
      front.whole(ErrorAnswers.bodyPaused());
    }
  }

  @Override
  public Route route() {
    return route;
  }

  @Override
  public String method() {
    return head.method().name();
  }

  @Override
  public String target() {
    return head.uri();
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(head.headers().get(name));
  }

  @Override
  public List<String> headers(String name) {
    return head.headers().getAll(name);
  }

  @Override
  public SocketAddress client() {
    return client;
  }

  @Override
  public boolean canStream() {
    return front.isModern();
  }

  @Override
  public Executor executor() {
    return front.loop();
  }

  @Override
  public CompletableFuture<byte[]> body() {
    return body;
  }

  @Override
  public CompletableFuture<Void> clientLeft() {
    return clientLeft;
  }

  @Override
  public void answer(EndpointAnswer answer) {
    FullHttpResponse out = whole(answer);
    onLoop(
        () -> {
          if (over) {
            out.release();
          } else {
            end();
            front.unlessDelivered(() -> clientLeft.complete(null));
            front.whole(out);
          }
        });
  }

  static FullHttpResponse whole(EndpointAnswer answer) {
    FullHttpResponse out = HttpAnswers.whole(answer.status(), answer.contentType(), answer.body());
    answer.headers().forEach((name, value) -> out.headers().set(name, value));
    return out;
  }

  @Override
  public AnswerStream stream(int status, String contentType, Map<String, String> headers) {
    HttpResponse out =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    out.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
    out.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    headers.forEach((name, value) -> out.headers().set(name, value));
    onLoop(
        () -> {
          if (!over) {
            front.head(out);
            front.flush();
          }
        });
    return new LoopStream();
  }

  @Override
  public Channel upgrade(HttpResponse switching, ChannelHandler handler) {
    if (over) {
      throw new CancellationException("the client has left");
    }
    over = true;
    return front.handOver(switching, handler);
  }

  private void onLoop(Runnable task) {
    if (!front.loop().inEventLoop()) {
      front.loop().execute(() -> onLoop(task));
    } else if (front.requestComplete()) {
      task.run();
    } else {
      early.add(task);
    }
  }

  private final class LoopStream implements AnswerStream {
    @Override
    public void write(byte[] bytes) {
      onLoop(
          () -> {
            if (!over && bytes.length > 0) {
              front.part(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
              front.flush();
            }
          });
    }

    @Override
    public boolean isFull() {
      return !front.isWritable();
    }

    @Override
    public void finish(byte[] bytes) {
      onLoop(
          () -> {
            if (!over) {
              end();
              front.unlessDelivered(() -> clientLeft.complete(null));
              front.part(new DefaultLastHttpContent(Unpooled.wrappedBuffer(bytes)));
            }
          });
    }
  }
}
