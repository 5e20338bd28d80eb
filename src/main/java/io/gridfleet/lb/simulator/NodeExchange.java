package io.gridfleet.lb.simulator;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.http.ChannelOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;

/** Sends answers over a Netty channel. */
final class NodeExchange implements PeerExchange {
  private final ChannelHandlerContext context;
  private final SimulatedConnection connection;
  private final boolean keepAlive;
  private final boolean withoutBody;

  NodeExchange(ChannelHandlerContext context, HttpRequest request, SimulatedConnection connection) {
    this.context = context;
    this.connection = connection;
    this.keepAlive = HttpUtil.isKeepAlive(request);
    this.withoutBody = request.method().equals(HttpMethod.HEAD);
  }

  @Override
  public void answer(SimulatedAnswer answer) {
    if (!context.executor().inEventLoop()) {
      context.executor().execute(() -> answer(answer));
    } else if (answer.streamed() > 0 && !withoutBody) {
      stream(answer);
    } else {
      ByteBuf body = withoutBody ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(answer.body());
      HttpResponse head = head(answer);
      done(
          context.writeAndFlush(
              new DefaultFullHttpResponse(
                  head.protocolVersion(),
                  head.status(),
                  body,
                  head.headers(),
                  EmptyHttpHeaders.INSTANCE)));
    }
  }

  private void stream(SimulatedAnswer answer) {
    ChannelOutput.writeOrClose(context, head(answer));
    done(context.writeAndFlush(new HttpChunkedInput(new PatternBytes(answer.streamed()))));
  }

  @Override
  public void answerHalf(SimulatedAnswer answer) {
    ChannelOutput.writeOrClose(context, head(answer));
    ByteBuf half = Unpooled.wrappedBuffer(answer.body(), 0, answer.body().length / 2);
    ChannelOutput.sendLast(context, new DefaultHttpContent(half));
  }

  @Override
  public void answerSlowly(SimulatedAnswer answer, Duration apart) {
    ChannelOutput.send(context, head(answer));
    sendFrom(answer, 0, apart);
  }

  private void sendFrom(SimulatedAnswer answer, int place, Duration apart) {
    if (place == answer.body().length) {
      done(context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    } else if (context.channel().isActive()) {
      ByteBuf one = Unpooled.wrappedBuffer(answer.body(), place, 1);
      ChannelOutput.send(context, new DefaultHttpContent(one));
      later(apart, () -> sendFrom(answer, place + 1, apart));
    }
  }

  @Override
  public void drop() {
    ChannelOutput.close(context);
  }

  @Override
  public void later(Duration delay, Runnable task) {
    if (delay.isZero()) {
      task.run();
    } else {
      Timers.after(context.executor(), delay, "an answer of a simulated node", task);
    }
  }

  private HttpResponse head(SimulatedAnswer answer) {
    HttpResponse head =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()));
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, answer.contentType())
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache");
    if (answer.chunked()) {
      HttpUtil.setTransferEncodingChunked(head, true);
    } else {
      HttpUtil.setContentLength(head, answer.body().length + answer.streamed());
    }
    HttpUtil.setKeepAlive(head, keepAlive);
    return head;
  }

  private void done(ChannelFuture written) {
    written.addListener(
        future -> {
          if (!keepAlive || !future.isSuccess()) {
            ChannelOutput.close(context);
          }
          connection.next(context);
        });
  }
}
