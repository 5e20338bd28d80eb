package io.gridfleet.lb.node;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks the head of an answer to one request against HTTP/1.1 (RFC 9110, RFC 9112). */
final class AnswerCheck {
  private static final int SWITCHING = 101;
  private static final int MIN_STATUS = 100;
  private static final int MAX_STATUS = 599;

  private final boolean toHead;
  private final boolean upgradeRequested;

  AnswerCheck(HttpRequest request) {
    this.toHead = request.method().equals(HttpMethod.HEAD);
    this.upgradeRequested = request.headers().contains(HttpHeaderNames.UPGRADE);
  }

  boolean toHead() {
    return toHead;
  }

  /**
   * Returns what is wrong with the answer, as the predicate of the sentence "the node …"; null if
   * nothing is.
   */
  @Nullable String fault(HttpResponse answer) {
    HttpVersion version = answer.protocolVersion();
    int status = answer.status().code();
    if (!version.protocolName().equals("HTTP") || version.majorVersion() != 1) {
      return "answered in " + version.text() + " to a request in HTTP/1.1";
    }
    if (status < MIN_STATUS || status > MAX_STATUS) {
      return "answered with the status " + status + ", which HTTP doesn't have";
    }
    if (status == SWITCHING && !upgradeRequested) {
      return "switched protocols unasked";
    }
    return isFramed(answer.headers())
        ? null
        : "answered with a Transfer-Encoding that is not 'chunked' alone";
  }

  private static boolean isFramed(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      return true;
    }
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    return codings.size() == 1
        && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0).trim());
  }

  /**
   * Whether the connection may serve another request after this answer. Not after one without a
   * body: some nodes send a body nevertheless (chromedriver after HEAD), late enough to be read as
   * the next answer.
   */
  boolean keepsConnection(HttpResponse answer) {
    int status = answer.status().code();
    return HttpUtil.isKeepAlive(answer)
        && !toHead
        && status != 204
        && status != 304
        && (HttpUtil.isContentLengthSet(answer) || HttpUtil.isTransferEncodingChunked(answer));
  }
}
