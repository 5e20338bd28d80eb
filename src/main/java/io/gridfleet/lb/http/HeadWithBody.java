package io.gridfleet.lb.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpMessage;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Joins a head and the end of its body to one message, where the end is the first part that
 * follows: the encoder then makes one buffer of both, if the body is short, and one system call
 * writes it. Stands behind the encoder in a pipeline. Owned by the channel's event loop.
 *
 * <p>A head is held until the next message or flush, so that nothing is delayed that would have
 * been sent. Only heads whose write needs no future are held ({@link ChannelOutput#write}): the
 * future of the joined message is that of the body's end. A head that is held when the channel
 * closes is dropped, like one that isn't flushed.
 */
public final class HeadWithBody extends ChannelOutboundHandlerAdapter {
  private @Nullable HttpMessage held;

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // it is the promise, which the caller has
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    HttpMessage head = held;
    if (head == null) {
      if (promise.isVoid() && isHead(message)) {
        held = (HttpMessage) message;
      } else {
        context.write(message, promise);
      }
      return;
    }
    if (message instanceof LastHttpContent end && !(message instanceof HttpMessage)) {
      held = null;
      context.write(joined(head, end), promise);
    } else {
      writeHeld(context);
      context.write(message, promise);
    }
  }

  private static boolean isHead(Object message) {
    return message instanceof HttpMessage && !(message instanceof HttpContent);
  }

  /** The head has been checked when it was decoded or made; its first line isn't checked again. */
  private static FullHttpMessage joined(HttpMessage head, LastHttpContent end) {
    return head instanceof HttpRequest request
        ? new DefaultFullHttpRequest(
            request.protocolVersion(),
            request.method(),
            request.uri(),
            end.content(),
            request.headers(),
            end.trailingHeaders(),
            false)
        : new DefaultFullHttpResponse(
            head.protocolVersion(),
            ((HttpResponse) head).status(),
            end.content(),
            head.headers(),
            end.trailingHeaders());
  }

  private void writeHeld(ChannelHandlerContext context) {
    HttpMessage head = held;
    if (head != null) {
      held = null;
      ChannelOutput.write(context, head);
    }
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    writeHeld(context);
    context.flush();
  }
}
