package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * Two channels that carry each other's bytes, untouched, until one closes. Owned by the event loop
 * that both share; {@link #close} comes from anywhere.
 */
final class Tunnel {
  private final Tunnels tunnels;
  private final SessionId id;
  private final Runnable onEnd;
  private final TunnelEnd clientEnd = new TunnelEnd(this);
  private final TunnelEnd nodeEnd = new TunnelEnd(this);
  private @Nullable Channel client;
  private @Nullable Channel node;
  private boolean over;

  Tunnel(Tunnels tunnels, SessionId id) {
    this(tunnels, id, () -> {});
  }

  /**
   * @param onEnd runs once when the tunnel has ended, on its event loop
   */
  Tunnel(Tunnels tunnels, SessionId id, Runnable onEnd) {
    this.tunnels = tunnels;
    this.id = id;
    this.onEnd = onEnd;
  }

  TunnelEnd clientEnd() {
    return clientEnd;
  }

  TunnelEnd nodeEnd() {
    return nodeEnd;
  }

  /** Both channels have their ends in place: let what has come meanwhile through. */
  void start(Channel clientChannel, Channel nodeChannel) {
    client = clientChannel;
    node = nodeChannel;
    tunnels.opened(id, this);
    clientEnd.join(clientChannel, nodeChannel);
    nodeEnd.join(nodeChannel, clientChannel);
    if (!clientChannel.isActive() || !nodeChannel.isActive()) {
      ended();
    }
  }

  long bytesToNode() {
    return clientEnd.bytes();
  }

  long bytesToClient() {
    return nodeEnd.bytes();
  }

  void traffic() {
    tunnels.listener().socketTraffic(id);
  }

  boolean bothInputsDone() {
    return clientEnd.isInputDone() && nodeEnd.isInputDone();
  }

  /** One channel has closed, or both directions have ended: what is written still goes out. */
  void ended() {
    if (over || client == null || node == null) {
      return;
    }
    over = true;
    tunnels.closed(id, this);
    TunnelEnd.closeAfterWrites(client);
    TunnelEnd.closeAfterWrites(node);
    onEnd.run();
  }

  void close() {
    Channel channel = client;
    if (channel != null) {
      channel.eventLoop().execute(this::ended);
    }
  }
}
