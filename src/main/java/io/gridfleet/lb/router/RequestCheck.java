package io.gridfleet.lb.router;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Checks what HTTP/1.1 requires of the head of a request beyond its syntax (RFC 9110, RFC 9112).
 */
final class RequestCheck {
  /** No registered method is longer. */
  private static final int MAX_METHOD = 20;

  private static final int MAX_PORT_DIGITS = 5;

  private RequestCheck() {}

  /** Whether the method is one that no resource here has (RFC 9110 section 9.1: 501). */
  static boolean isMethodNotImplemented(HttpRequest head) {
    String method = head.method().name();
    return method.length() > MAX_METHOD || method.equals("CONNECT");
  }

  /** Whether the request is {@code OPTIONS *}, for the server as a whole. */
  static boolean isServerOptions(HttpRequest head) {
    return head.uri().equals("*") && head.method().name().equals("OPTIONS");
  }

  /** Returns what is wrong with the request; null if nothing is. */
  static @Nullable String fault(HttpRequest head) {
    if (!isFramedClearly(head)) {
      return "the request is not valid HTTP/1.1";
    }
    if (!isTarget(head.uri())) {
      return "the request's target holds a character that a URL can't hold";
    }
    if (!isHostClear(head)) {
      return "the request needs one valid Host header";
    }
    return isRepeated(head.headers(), HttpHeaderNames.AUTHORIZATION)
        ? "the request has more than one Authorization header"
        : null;
  }

  /** Whether the length is given in one way only. */
  private static boolean isFramedClearly(HttpRequest head) {
    if (head.protocolVersion().majorVersion() != 1) {
      return false;
    }
    HttpHeaders headers = head.headers();
    String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
    return coding == null
        || (!isRepeated(headers, HttpHeaderNames.TRANSFER_ENCODING)
            && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(coding)
            && head.protocolVersion().isKeepAliveDefault());
  }

  /** Whether the target is visible ASCII without a fragment. */
  private static boolean isTarget(String target) {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c > '~' || c == '#') {
        return false;
      }
    }
    return true;
  }

  private static boolean isHostClear(HttpRequest head) {
    HttpHeaders headers = head.headers();
    String host = headers.get(HttpHeaderNames.HOST);
    return host == null
        ? !head.protocolVersion().isKeepAliveDefault()
        : !isRepeated(headers, HttpHeaderNames.HOST) && isAuthority(host);
  }

  /** Whether the header is there more than once. */
  private static boolean isRepeated(HttpHeaders headers, CharSequence name) {
    Iterator<? extends CharSequence> values = headers.valueCharSequenceIterator(name);
    if (!values.hasNext()) {
      return false;
    }
    values.next();
    return values.hasNext();
  }

  /** Whether the text is a name or an address, with a port or without. */
  static boolean isAuthority(String host) {
    boolean bracketed = host.startsWith("[");
    int end = bracketed ? host.indexOf(']') + 1 : host.indexOf(':');
    int nameEnd = end < 0 ? host.length() : end;
    if (nameEnd == 0 || (bracketed && nameEnd < 4)) {
      return false;
    }
    for (int i = 0; i < nameEnd; i++) {
      if (!(bracketed ? isOfAddress(host.charAt(i)) : isOfName(host.charAt(i)))) {
        return false;
      }
    }
    return isPort(host, nameEnd);
  }

  private static boolean isOfAddress(char c) {
    return isLetterOrDigit(c) || "[]:.%".indexOf(c) >= 0;
  }

  private static boolean isOfName(char c) {
    return isLetterOrDigit(c) || "-._~%!$&'()*+;=".indexOf(c) >= 0;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isPort(String host, int from) {
    if (from == host.length()) {
      return true;
    }
    if (host.charAt(from) != ':' || host.length() - from - 1 > MAX_PORT_DIGITS) {
      return false;
    }
    for (int i = from + 1; i < host.length(); i++) {
      if (host.charAt(i) < '0' || host.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
