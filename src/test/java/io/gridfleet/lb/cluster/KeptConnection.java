package io.gridfleet.lb.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gridfleet.lb.lab.JsonClient;
import io.gridfleet.lb.lab.JsonClient.Reply;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection to a server, kept between requests and reopened when it was closed while
 * no request was pending. Sends each request once: one whose connection ends fails, whatever became
 * of it. Costs no thread; all state is confined to the event loop, where futures complete.
 */
final class KeptConnection {
  private static final int MAX_BYTES = 4 << 20;
  private static final int CONNECT_MILLIS = 5_000;

  /** Above every bound that a test holds a server to. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final URI server;
  private final EventLoop loop;
  private @Nullable Channel channel;
  private @Nullable CompletableFuture<Reply> underWay;

  KeptConnection(URI server, EventLoop loop) {
    this.server = server;
    this.loop = loop;
  }

  /** One at a time; call it on the event loop. */
  CompletableFuture<Reply> send(String method, String path, String body) {
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    underWay = reply;
    Future<?> alarm =
        loop.schedule(
            () -> gone(reply, new IOException("no answer in " + PATIENCE)),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
    reply.whenComplete((answer, failure) -> alarm.cancel(false));
    Channel kept = channel;
    if (kept != null && kept.isActive()) {
      write(kept, method, path, body);
    } else {
      connect(method, path, body);
    }
    return reply;
  }

  private void connect(String method, String path, String body) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel made) {
                    made.pipeline()
                        .addLast(new HttpClientCodec())
                        .addLast(new HttpObjectAggregator(MAX_BYTES))
                        .addLast(new Answers());
                  }
                })
            .connect(server.getHost(), server.getPort());
    channel = connecting.channel();
    connecting.addListener(
        (ChannelFuture done) -> {
          if (done.isSuccess()) {
            write(done.channel(), method, path, body);
          } else {
            ended(done.channel(), done.cause());
          }
        });
  }

  private void write(Channel to, String method, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), path, Unpooled.wrappedBuffer(bytes));
    request
        .headers()
        .set(HttpHeaderNames.HOST, server.getAuthority())
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    to.writeAndFlush(request).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
  }

  private void gone(CompletableFuture<Reply> reply, Throwable cause) {
    if (reply.completeExceptionally(cause) && channel != null) {
      channel.close();
    }
  }

  private void ended(Channel which, Throwable cause) {
    if (which == channel) {
      channel = null;
      CompletableFuture<Reply> waiting = underWay;
      if (waiting != null) {
        waiting.completeExceptionally(cause);
      }
    }
  }

  private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      if (!HttpUtil.isKeepAlive(response)) {
        channel = null;
        context.close();
      }
      CompletableFuture<Reply> waiting = underWay;
      if (waiting != null) {
        waiting.complete(reply(response));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended(context.channel(), new IOException("the connection ended without an answer"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      ended(context.channel(), cause);
      context.close();
    }
  }

  private static Reply reply(FullHttpResponse response) {
    String text = response.content().toString(StandardCharsets.UTF_8);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    response.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
    return new Reply(response.status().code(), json(text), text, headers);
  }

  private static JsonNode json(String text) {
    try {
      return JsonClient.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JsonClient.JSON.missingNode();
    }
  }
}
