package io.gridfleet.lb.router;

import io.gridfleet.lb.http.HttpAnswers;
import io.gridfleet.lb.relay.ClientExchange;
import io.gridfleet.lb.relay.ErrorAnswers;
import io.gridfleet.lb.relay.RequestSink;
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
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that an endpoint answers: aggregates the body ({@link GatheredBody}) and passes the
 * answer to the event loop.
 *
 * <p>Owner: the client's event loop. {@link #answer} and {@link #stream}, and the calls of a
 * stream, may come from any thread and are passed to the loop; {@code early} holds them until the
 * request is complete, because an answer before that would close the connection. All fields are
 * used on the loop only; the futures are safe for any thread.
 */
final class EndpointExchange implements Exchange, RequestSink {
  /** No limit while an endpoint is working: a new session may wait for a day. */
  private static final Duration NO_LIMIT = Duration.ofDays(365);

  private final ClientExchange front;
  private final HttpRequest head;
  private final Route route;
  private final SocketAddress client;
  private final Endpoint endpoint;
  private final Duration pause;
  private final int mostBytes;
  private final GatheredBody body;
  private final CompletableFuture<Void> clientLeft = new CompletableFuture<>();

  /** Answers of the endpoint from before the end of the request. */
  private final List<Runnable> early = new ArrayList<>(0);

  /** What continues a streamed answer once the client has read; null while nothing waits for it. */
  private @Nullable Runnable unlessFull;

  /** The head of a streamed answer is written. A whole answer after that cuts the connection. */
  private boolean streaming;

  /** The exchange was answered, refused, handed over or left by its client. */
  private boolean over;

  EndpointExchange(
      ClientExchange front,
      HttpRequest head,
      Route route,
      SocketAddress client,
      Endpoint endpoint,
      GatheredBody.Limits limits) {
    this.front = front;
    this.head = head;
    this.route = route;
    this.client = client;
    this.endpoint = endpoint;
    this.pause = limits.pause();
    this.mostBytes = limits.mostBytes();
    this.body = new GatheredBody(limits);
  }

  @Override
  public void start() {
    front.within(pause);
    Optional<GatheredBody.Refusal> refusal = body.refusal(HttpUtil.getContentLength(head, 0L));
    if (refusal.isPresent()) {
      refuseBody(refusal.get());
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
      body.complete();
      early.forEach(Runnable::run);
      early.clear();
    } else if (body.hasProgressed()) {
      front.within(pause);
    }
  }

  private void gather(HttpContent part) {
    if (!over) {
      body.add(part.content()).ifPresent(this::refuseBody);
    }
    part.release();
  }

  private void refuseBody(GatheredBody.Refusal refusal) {
    end();
    body.cancel("the body is too large");
    front.whole(
        refusal == GatheredBody.Refusal.TOO_LARGE
            ? FrontErrors.bodyTooLarge(mostBytes)
            : FrontErrors.noMemory(route));
  }

  /** Ends the exchange, and the charge for its body. */
  private void end() {
    over = true;
    unlessFull = null;
    body.release();
  }

  @Override
  public void clientGone() {
    end();
    body.cancel("the client has left");
    clientLeft.complete(null);
  }

  /** Continues a streamed answer. */
  @Override
  public void writabilityChanged(boolean writable) {
    Runnable next = unlessFull;
    if (writable && !over && next != null) {
      unlessFull = null;
      front.within(NO_LIMIT);
      next.run();
    }
  }

  @Override
  public void timedOut() {
    if (unlessFull != null) {
      clientGone();
      front.cut();
    } else if (!over && !front.requestComplete()) {
      end();
      body.cancel("the body didn't arrive");
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
    return body.whole();
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
          } else if (streaming) {
            out.release();
            end();
            front.cut();
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
            streaming = true;
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

  /** Runs the task on the event loop, once the request is complete; in the order of the calls. */
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
    public void whenWritable(Runnable task) {
      onLoop(
          () -> {
            if (!over && front.isWritable()) {
              task.run();
            } else if (!over) {
              unlessFull = task;
              front.within(pause);
            }
          });
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
