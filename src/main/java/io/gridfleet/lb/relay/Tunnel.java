package io.gridfleet.lb.relay;

import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two channels that carry each other's bytes, untouched, until one closes. Owned by the event loop
 * that both share; {@link #close} comes from anywhere.
 *
 * <p>A tunnel of a BiDi socket ends also when the client has ended the session on it ({@link
 * SessionEndWatch}): after {@link #CLOSE_SECONDS}, in which the node may close its socket itself.
 * Where a frame may stand, the client gets a Close frame before its channel is closed.
 */
final class Tunnel {
  /** From the node's answer to {@code session.end}; nodes that close the socket do so at once. */
  private static final long CLOSE_SECONDS = 1;

  /** An unmasked Close frame with status 1000 (RFC 6455 §5.5.1). */
  private static final byte[] CLOSE_FRAME = {(byte) 0x88, 2, 0x03, (byte) 0xE8};

  private final Tunnels tunnels;
  private final SessionId id;
  private final Runnable onEnd;
  private final TunnelEnd clientEnd = new TunnelEnd(this);
  private final TunnelEnd nodeEnd = new TunnelEnd(this);
  private @Nullable Channel client;
  private @Nullable Channel node;
  private @Nullable SessionEndWatch watch;
  private boolean sessionEnded;
  private boolean over;

  Tunnel(Tunnels tunnels, SessionId id) {
    this(tunnels, id, () -> {});
  }

  /**
   * @param onEnd runs once when the tunnel has ended, on its event loop; not if the session's end
   *     was seen on it, which the listener hears
   */
  Tunnel(Tunnels tunnels, SessionId id, Runnable onEnd) {
    this.tunnels = tunnels;
    this.id = id;
    this.onEnd = onEnd;
  }

  /** A socket on which the client may end its session; called before the first byte passes. */
  Tunnel ofBidi() {
    watch = new SessionEndWatch(this::sessionEnded);
    return this;
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

  /** Bytes on their way from one of the ends. */
  void passing(TunnelEnd from, ByteBuf part) {
    SessionEndWatch present = watch;
    if (present == null) {
      return;
    }
    if (from == clientEnd) {
      present.fromClient(part);
    } else {
      present.fromNode(part);
    }
  }

  private void sessionEnded() {
    sessionEnded = true;
    Objects.requireNonNull(client)
        .eventLoop()
        .schedule(this::closeHere, CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Ends it though both channels are open. */
  private void closeHere() {
    if (!over && client != null && watch != null && watch.isBetweenFramesOfNode()) {
      client.write(Unpooled.wrappedBuffer(CLOSE_FRAME), client.voidPromise());
    }
    ended();
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
    if (sessionEnded) {
      tunnels.listener().sessionEndedOnSocket(id);
    } else {
      onEnd.run();
    }
  }

  void close() {
    Channel channel = client;
    if (channel != null) {
      channel.eventLoop().execute(this::closeHere);
    }
  }
}
