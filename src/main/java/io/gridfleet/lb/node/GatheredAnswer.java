package io.gridfleet.lb.node;

import io.gridfleet.lb.async.Failures;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request that this server makes, and the aggregation of its answer. Owned by its event loop;
 * the future is completed there, and may be cancelled by any thread.
 */
final class GatheredAnswer implements Waiting, AnswerSink {
  private static final String JSON = "application/json; charset=utf-8";

  private final EventLoop loop;
  private final NodeAddress node;
  private final NodeRequest request;
  private final int mostBytes;
  private final CompletableFuture<NodeAnswer> future = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable NodeConnection connection;
  private @Nullable HttpResponse head;
  private @Nullable ScheduledFuture<?> timer;

  GatheredAnswer(EventLoop loop, NodeAddress node, NodeRequest request, int mostBytes) {
    this.loop = loop;
    this.node = node;
    this.request = request;
    this.mostBytes = mostBytes;
  }

  CompletableFuture<NodeAnswer> future() {
    return future;
  }

  void start(NodeConnections connections) {
    Failures.log(
        future.handle(
            (answer, failure) -> {
              if (future.isCancelled()) {
                loop.execute(this::abort);
              }
              return null;
            }),
        "the abort of a request to " + node);
    if (future.isDone()) {
      return;
    }
    timer =
        loop.schedule(
            () -> stop(new NodeFailure(NodeFailure.Kind.TIMED_OUT, node, "didn't answer in time")),
            request.deadline().toMillis(),
            TimeUnit.MILLISECONDS);
    connections.borrow(loop, node, this);
  }

  @Override
  public void connected(NodeConnection to) {
    connection = to;
    if (future.isDone()) {
      abort();
      return;
    }
    if (!request.wanted().getAsBoolean()) {
      stop(new NodeFailure(NodeFailure.Kind.WITHDRAWN, node, "wasn't asked"));
      return;
    }
    to.begin(requestHead(), this);
    to.write(
        request.body().length == 0
            ? LastHttpContent.EMPTY_LAST_CONTENT
            : new DefaultLastHttpContent(Unpooled.wrappedBuffer(request.body())));
    to.flush();
  }

  private HttpRequest requestHead() {
    HttpMethod method = HttpMethod.valueOf(request.method());
    HttpRequest sent =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, node.basePath() + request.path());
    sent.headers().set(HttpHeaderNames.HOST, node.authority());
    sent.headers().set(HttpHeaderNames.ACCEPT, "application/json");
    request.headers().forEach((name, value) -> sent.headers().set(name, value));
    if (request.body().length > 0) {
      sent.headers().set(HttpHeaderNames.CONTENT_TYPE, JSON);
    }
    if (request.body().length > 0 || method.equals(HttpMethod.POST)) {
      sent.headers().set(HttpHeaderNames.CONTENT_LENGTH, request.body().length);
    }
    return sent;
  }

  @Override
  public void answerHead(HttpResponse answer) {
    head = answer;
  }

  @Override
  public void answerPart(HttpContent part) {
    try {
      int bytes = part.content().readableBytes();
      if (body.size() + bytes > mostBytes) {
        stop(new NodeFailure(NodeFailure.Kind.TOO_LARGE, node, "gave an answer that is too large"));
        return;
      }
      body.writeBytes(ByteBufUtil.getBytes(part.content()));
    } finally {
      part.release();
    }
    if (part instanceof LastHttpContent) {
      complete();
    }
  }

  private void complete() {
    HttpResponse answer = head;
    connection = null;
    stopTimer();
    if (answer != null) {
      Map<String, String> headers = new HashMap<>();
      answer
          .headers()
          .forEach(entry -> headers.put(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
      future.complete(new NodeAnswer(answer.status().code(), headers, body.toByteArray()));
    }
  }

  @Override
  public void failed(NodeFailure failure) {
    connection = null;
    stop(failure);
  }

  private void stop(NodeFailure failure) {
    abort();
    future.completeExceptionally(failure);
  }

  private void abort() {
    stopTimer();
    if (connection != null) {
      connection.abort();
      connection = null;
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
