package io.gridfleet.lb.relay;

import io.gridfleet.lb.ui.SignIns;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Filters the headers of clients that are forwarded to nodes. Those that carry the client's
 * credentials or origin, or a proxy's statement of it, are removed unless the configuration passes
 * them or the peer is a trusted proxy. {@code Authorization} is for this server and is always
 * removed, and so is the cookie of the web UI.
 */
public final class ClientHeaders {
  private static final AsciiString FORWARDED_PREFIX = AsciiString.cached("x-forwarded-");
  private static final List<AsciiString> KEPT_BACK =
      List.of(
          HttpHeaderNames.COOKIE,
          HttpHeaderNames.ORIGIN,
          HttpHeaderNames.REFERER,
          AsciiString.cached("forwarded"));

  private static final String SIGN_IN = SignIns.COOKIE;

  private final Set<String> passed;
  private final Predicate<InetAddress> trusted;

  /**
   * @param passed names in lower case that are forwarded from every peer
   * @param trusted whether a peer's headers pass unchanged
   */
  public ClientHeaders(Set<String> passed, Predicate<InetAddress> trusted) {
    this.passed = Set.copyOf(passed);
    this.trusted = trusted;
  }

  /** Removes the headers that aren't forwarded from this peer. */
  void strip(HttpHeaders headers, SocketAddress peer) {
    headers.remove(HttpHeaderNames.AUTHORIZATION);
    if (headers.contains(HttpHeaderNames.COOKIE)) {
      removeSignIn(headers);
    }
    List<String> keptBack = keptBack(headers);
    if (!keptBack.isEmpty() && !isTrusted(peer)) {
      keptBack.forEach(headers::remove);
    }
  }

  /** The sign-in to this server's own pages reaches no node, also where cookies are forwarded. */
  private static void removeSignIn(HttpHeaders headers) {
    List<String> cookies = headers.getAll(HttpHeaderNames.COOKIE);
    if (cookies.stream().noneMatch(text -> text.contains(SIGN_IN))) {
      return;
    }
    headers.remove(HttpHeaderNames.COOKIE);
    for (String text : cookies) {
      String others =
          Arrays.stream(text.split(";", -1))
              .map(String::strip)
              .filter(pair -> !pair.startsWith(SIGN_IN + "="))
              .collect(Collectors.joining("; "));
      if (!others.isEmpty()) {
        headers.add(HttpHeaderNames.COOKIE, others);
      }
    }
  }

  /** Returns the names, in lower case, of the headers to remove. */
  private List<String> keptBack(HttpHeaders headers) {
    List<String> names = List.of();
    for (var all = headers.iteratorCharSequence(); all.hasNext(); ) {
      CharSequence name = all.next().getKey();
      if (isKeptBack(name)) {
        String lower = name.toString().toLowerCase(Locale.ROOT);
        if (!passed.contains(lower)) {
          names = names.isEmpty() ? new ArrayList<>(4) : names;
          names.add(lower);
        }
      }
    }
    return names;
  }

  /** Called for each header of each command: creates no object. */
  private static boolean isKeptBack(CharSequence name) {
    for (AsciiString one : KEPT_BACK) {
      if (one.contentEqualsIgnoreCase(name)) {
        return true;
      }
    }
    return AsciiString.regionMatches(name, true, 0, FORWARDED_PREFIX, 0, FORWARDED_PREFIX.length());
  }

  private boolean isTrusted(SocketAddress peer) {
    return peer instanceof InetSocketAddress address
        && address.getAddress() != null
        && trusted.test(address.getAddress());
  }
}
