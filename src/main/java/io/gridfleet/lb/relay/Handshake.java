package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeConnection;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a command has of a handshake for another protocol: its slot among the sockets of its
 * session, its target, and the tunnel in the end. A command that requests no other protocol has a
 * handshake that is not requested and holds nothing. Owner: the event loop of the command.
 */
final class Handshake {
  private final Tunnels tunnels;
  private final SessionRoute route;
  private final String path;
  private final boolean requested;

  /** The target, where it isn't the node's own address. */
  private final @Nullable URI socket;

  Handshake(Tunnels tunnels, SessionRoute route, String path, boolean requested) {
    this.tunnels = tunnels;
    this.route = route;
    this.path = path;
    this.requested = requested;
    this.socket = requested ? RequestHead.socket(route, path) : null;
  }

  boolean isRequested() {
    return requested;
  }

  @Nullable URI socket() {
    return socket;
  }

  /**
   * Takes a slot, before the handshake is sent, so that concurrent handshakes of one session can't
   * exceed its limit.
   *
   * @return false if the session has too many sockets
   */
  boolean reserve() {
    return !requested || tunnels.reserve(route.id());
  }

  /** Frees the slot; a slot that a tunnel has taken over is freed by the tunnel. */
  void release() {
    if (requested) {
      tunnels.release(route.id());
    }
  }

  /** Returns the answer to a handshake beyond the limit. */
  FullHttpResponse refusal() {
    return NodeErrors.tooManySockets(tunnels.maxPerSession());
  }

  /** Hands both channels to a tunnel, which frees the slot when it closes. */
  void openTunnel(ClientExchange front, NodeConnection node, HttpResponse answer) {
    Tunnel tunnel = new Tunnel(tunnels, route.id());
    if (RequestHead.isBidiSocket(path, route.id())) {
      tunnel.ofBidi();
    }
    AnswerHead.frameSwitching(answer);
    Channel client = front.handOver(answer, tunnel.clientEnd());
    tunnel.start(client, node.handOver(tunnel.nodeEnd()));
  }
}
