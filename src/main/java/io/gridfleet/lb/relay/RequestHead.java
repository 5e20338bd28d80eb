package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rewrites the head of a client's request into the one that is sent to the node. */
final class RequestHead {
  private RequestHead() {}

  /** Sets the node's path and host; removes the headers of the client's connection. */
  static void turn(HttpRequest head, NodeAddress node, String path) {
    HttpHeaders headers = head.headers();
    HopByHop.strip(headers);
    headers.set(HttpHeaderNames.HOST, node.authority());
    head.setUri(node.basePath().isEmpty() ? path : node.basePath() + path);
    head.setProtocolVersion(HttpVersion.HTTP_1_1);
  }

  /** Rewrites the head of a handshake, whose request to upgrade is forwarded. */
  static void turnHandshake(HttpRequest head, NodeAddress node, String path) {
    String protocol = Upgrade.protocol(head.headers());
    turn(head, node, path);
    if (protocol != null) {
      head.headers().set(HttpHeaderNames.UPGRADE, protocol);
      head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
  }

  /**
   * Rewrites the head for the node, or for the address of the socket that a handshake requests.
   *
   * @param socket the target of a handshake that is not under the node's address
   * @return the address to connect to
   */
  static NodeAddress turnToTarget(
      HttpRequest head, SessionRoute route, String path, boolean handshake, @Nullable URI socket) {
    if (!handshake) {
      turn(head, route.node(), path);
      return route.node();
    }
    if (socket == null) {
      turnHandshake(head, route.node(), path);
      return route.node();
    }
    NodeAddress target = NodeAddress.of(socket);
    NodeAddress origin = new NodeAddress(target.secure(), target.host(), target.port(), "");
    turnHandshake(head, origin, socketPath(socket, path));
    return origin;
  }

  /**
   * Returns the client's headers for a request that this server makes, with a body and an address
   * of its own.
   */
  static Map<String, String> own(Relay relay, ClientExchange front, HttpRequest head) {
    HttpHeaders headers = head.headers();
    HopByHop.strip(headers);
    relay.clientHeaders().strip(headers, front.client());
    headers.remove(HttpHeaderNames.HOST);
    headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    headers.remove(HttpHeaderNames.EXPECT);
    headers.remove(HttpHeaderNames.ACCEPT_ENCODING);
    Map<String, String> own = new LinkedHashMap<>();
    headers.forEach(entry -> own.put(entry.getKey(), entry.getValue()));
    return own;
  }

  /** Returns the target of a socket that is not under the node's address; null if there is none. */
  static @Nullable URI socket(SessionRoute route, String path) {
    return route.sockets().get(withoutQuery(path));
  }

  /**
   * Whether a socket is the BiDi socket of a session, as browsers' drivers ({@code /session/ID}),
   * Appium ({@code /bidi/ID}) and Selenium Grid ({@code /session/ID/se/bidi}) name it.
   */
  static boolean isBidiSocket(String path, SessionId id) {
    String bare = withoutQuery(path);
    return bare.endsWith("/" + id.value()) || bare.endsWith("/" + id.value() + "/se/bidi");
  }

  private static String withoutQuery(String path) {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }

  /** Returns the path and query for a socket's target: its own query, else the client's. */
  static String socketPath(URI target, String path) {
    String own = target.getRawPath() == null ? "" : target.getRawPath();
    int query = path.indexOf('?');
    String clients = query < 0 ? "" : path.substring(query);
    String rest = target.getRawQuery() == null ? clients : "?" + target.getRawQuery();
    return (own.isEmpty() ? "/" : own) + rest;
  }
}
