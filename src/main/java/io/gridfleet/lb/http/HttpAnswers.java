package io.gridfleet.lb.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/** Creates whole answers, and sets what concerns keep-alive. */
public final class HttpAnswers {
  public static final String JSON = "application/json; charset=utf-8";
  public static final String TEXT = "text/plain; charset=utf-8";

  private HttpAnswers() {}

  /** Returns an answer with its length; W3C answers must not be cached. */
  public static FullHttpResponse whole(int status, String contentType, byte[] body) {
    FullHttpResponse answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return answer;
  }

  /** Sets the answer's {@code Connection} header, as the client's version requires it. */
  public static void keepAlive(HttpResponse answer, HttpVersion asked, boolean keep) {
    HttpHeaders headers = answer.headers();
    if (!keep) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (asked.isKeepAliveDefault()) {
      headers.remove(HttpHeaderNames.CONNECTION);
    } else {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }

  /** Whether the client's request allows a persistent connection. */
  public static boolean isKeepAlive(HttpRequest request) {
    return HttpUtil.isKeepAlive(request);
  }
}
