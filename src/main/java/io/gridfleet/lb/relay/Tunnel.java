package io.gridfleet.lb.relay;

import io.gridfleet.lb.async.Timers;
import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two channels that carry each other's bytes, unchanged, until one closes.
 *
 * <p>Owner: the event loop that both channels share. Only {@link #close} is called by other
 * threads; it reads {@code client}, which is set before {@link Tunnels} publishes the tunnel, and
 * hands over to the loop. Nothing here is locked or volatile.
 *
 * <p>A tunnel of a BiDi socket ends also when the client has ended the session on it ({@link
 * SessionEndWatch}): after {@link #CLOSE_SECONDS}, in which the node may close its socket itself.
 * Between two frames, the client receives a Close frame before its channel is closed.
 *
 * <p>Invariants: {@code over} is set once, and {@link Tunnels} counts a tunnel as open from {@link
 * #start} until then; exactly one of the listener's report of a session's end and {@code onEnd}
 * follows it.
 */
final class Tunnel {
  /** After the node's answer to {@code session.end}; nodes that close the socket do so at once. */
  private static final long CLOSE_SECONDS = 1;

  /** An unmasked Close frame with status 1000 (RFC 6455 §5.5.1). */
  private static final byte[] CLOSE_FRAME = {(byte) 0x88, 2, 0x03, (byte) 0xE8};

  private final Tunnels tunnels;
  private final SessionId id;
  private final Runnable onEnd;
  private final TunnelEnd clientEnd = new TunnelEnd(this);
  private final TunnelEnd nodeEnd = new TunnelEnd(this);

  /** Set by {@link #start}, with {@code node}; never cleared. */
  private @Nullable Channel client;

  private @Nullable Channel node;

  /** Set on a BiDi socket before the first byte passes; null on any other. */
  private @Nullable SessionEndWatch watch;

  /**
   * The node has confirmed {@code session.end}; the tunnel closes within {@link #CLOSE_SECONDS}.
   */
  private boolean sessionEnded;

  private boolean over;

  Tunnel(Tunnels tunnels, SessionId id) {
    this(tunnels, id, () -> {});
  }

  /**
   * @param onEnd runs once when the tunnel has ended, on its event loop; not if the session's end
   *     was seen on it, which is reported to the listener
   */
  Tunnel(Tunnels tunnels, SessionId id, Runnable onEnd) {
    this.tunnels = tunnels;
    this.id = id;
    this.onEnd = onEnd;
  }

  /**
   * Marks a socket on which the client may end its session; called before the first byte passes.
   */
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

  /**
   * Starts the tunnel once both channels have their ends in place; passes on what was read
   * meanwhile. A channel that closed before its end was installed fires no event there, so that
   * both are checked.
   */
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

  /** Shows bytes that pass from one of the ends to the watch, if there is one. */
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
    Timers.after(
        Objects.requireNonNull(client).eventLoop(),
        Duration.ofSeconds(CLOSE_SECONDS),
        "closing a socket of session " + id,
        this::closeHere);
  }

  /** Ends the tunnel while both channels are open. */
  private void closeHere() {
    if (!over && client != null && watch != null && watch.isBetweenFramesOfNode()) {
      ChannelOutput.write(client, Unpooled.wrappedBuffer(CLOSE_FRAME));
    }
    ended();
  }

  /** Reports activity; each end calls this at most once a second. */
  void traffic() {
    tunnels.listener().socketTraffic(id);
  }

  boolean bothInputsDone() {
    return clientEnd.isInputDone() && nodeEnd.isInputDone();
  }

  /**
   * Closes both channels after their pending writes: one has closed, or both directions have ended.
   * Closing them calls this again, which then does nothing.
   */
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

  /** Ends the tunnel on its event loop. Any thread. */
  void close() {
    Channel channel = client;
    if (channel != null) {
      channel.eventLoop().execute(this::closeHere);
    }
  }
}
