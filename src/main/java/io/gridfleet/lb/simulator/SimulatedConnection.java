package io.gridfleet.lb.simulator;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.simulator.NodeEvent.Kind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a simulated node: gathers a request, serves it, and only then reads the next
 * one, also if it is pipelined. State is confined to the event loop.
 */
final class SimulatedConnection extends ChannelInboundHandlerAdapter {
  private final NodeCore node;
  private final ServeRequest serveRequest;
  private final Queue<HttpObject> waiting = new ArrayDeque<>();
  private @Nullable HttpRequest head;
  private ByteArrayOutputStream body = new ByteArrayOutputStream();
  private long bodyLength;
  private boolean serving;

  SimulatedConnection(NodeCore node, ServeRequest serveRequest) {
    this.node = node;
    this.serveRequest = serveRequest;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    HttpObject part = (HttpObject) message;
    if (serving) {
      waiting.add(part);
    } else {
      take(context, part);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (serving && head != null) {
      node.history().add(Kind.CLIENT_LEFT, "", "", head.method() + " " + head.uri());
    }
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    ChannelOutput.close(context);
  }

  /** The answer is written: continues with the next pipelined request. */
  void next(ChannelHandlerContext context) {
    serving = false;
    body = new ByteArrayOutputStream();
    bodyLength = 0;
    while (!serving) {
      HttpObject part = waiting.poll();
      if (part == null) {
        return;
      }
      take(context, part);
    }
  }

  private void take(ChannelHandlerContext context, HttpObject part) {
    try {
      if (part instanceof HttpRequest request) {
        head = request;
      }
      if (part instanceof HttpContent content) {
        gather(content);
      }
      if (part instanceof LastHttpContent && head != null) {
        serving = true;
        serve(context, head);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void gather(HttpContent content) {
    int length = content.content().readableBytes();
    bodyLength += length;
    int kept = Math.min(length, SimulatedRequest.MAX_BODY_KEPT - body.size());
    if (kept > 0) {
      byte[] bytes = new byte[kept];
      content.content().getBytes(content.content().readerIndex(), bytes);
      body.writeBytes(bytes);
    }
  }

  private void serve(ChannelHandlerContext context, HttpRequest request) {
    if (!request.decoderResult().isSuccess()) {
      ChannelOutput.close(context);
      return;
    }
    NodeExchange exchange = new NodeExchange(context, request, this);
    String uri = request.uri();
    String base = node.config().basePath();
    if (!uri.startsWith(base + "/")) {
      exchange.answer(SimulatedAnswer.error(404, "unknown command", "outside of the base path"));
      return;
    }
    SimulatedRequest whole = whole(request, uri.substring(base.length()));
    String upgrade = request.headers().get(HttpHeaderNames.UPGRADE, "");
    if (upgrade.equalsIgnoreCase("websocket")) {
      BidiSocket.open(context, node, serveRequest, request, exchange, whole);
    } else {
      serveRequest.serve(whole, exchange);
    }
  }

  private SimulatedRequest whole(HttpRequest request, String target) {
    int query = target.indexOf('?');
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .forEach(it -> headers.put(it.getKey().toLowerCase(Locale.ROOT), it.getValue()));
    return new SimulatedRequest(
        request.method().name(),
        query < 0 ? target : target.substring(0, query),
        query < 0 ? "" : target.substring(query + 1),
        headers,
        body.toByteArray(),
        bodyLength);
  }
}
