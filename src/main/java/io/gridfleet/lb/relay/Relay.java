package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.ChannelOutput;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeConnections;
import io.gridfleet.lb.node.NodeRequest;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Carries the traffic of live sessions between clients and nodes. */
public final class Relay {
  private static final BeforeLastByte NOTHING_TO_FREE =
      (id, status) -> CompletableFuture.completedFuture(null);

  /** The reason of a Close frame; the client has the session's id by then. */
  private static final String IN_A_MESSAGE =
      "the session was created in the middle of a message; connect to /session/{id}";

  private final NodeConnections connections;
  private final NodeClient client;
  private final RelayListener listener;
  private final Limits limits;
  private final Tunnels tunnels;
  private final ClientHeaders clientHeaders;
  private final Uploads uploads;

  /**
   * The limits of the relay.
   *
   * @param bodyPause a request whose body pauses for longer is aborted
   * @param socketsPerSession a test uses one to three (BiDi, CDP, a log); many more are a leak
   */
  public record Limits(Duration bodyPause, int socketsPerSession) {}

  public Relay(
      NodeConnections connections,
      NodeClient client,
      RelayListener listener,
      Limits limits,
      ClientHeaders clientHeaders) {
    this.limits = limits;
    this.clientHeaders = clientHeaders;
    this.uploads = new Uploads(client);
    this.connections = connections;
    this.client = client;
    this.listener = listener;
    this.tunnels = new Tunnels(listener, limits.socketsPerSession());
  }

  /** The step between the node's answer to Delete Session and the client's. */
  @FunctionalInterface
  public interface BeforeLastByte {
    /**
     * Frees what the session held. The client's answer waits for the stage, however it completes.
     *
     * @param status the status of the node's answer; 0 if it gave none
     */
    CompletionStage<?> ended(SessionId id, int status);
  }

  /**
   * Forwards a command or a WebSocket handshake; the caller starts the sink and feeds it.
   *
   * @param path the requested path without its base, with its query
   */
  public RequestSink forward(
      ClientExchange front, HttpRequest head, String path, SessionRoute route) {
    boolean upgrade = Upgrade.isRequested(head.headers());
    if (!upgrade && CapabilitiesCommand.matches(head, path, route)) {
      return new CapabilitiesCommand(this, front, head, path, route);
    }
    return new RelayedCommand(this, front, head, uploads.path(head, path, route), route, upgrade);
  }

  /** Whether {@link #learnUploads} has to come before {@link #forward}. */
  public boolean mustLearnUploads(HttpRequest head, String path, SessionRoute route) {
    return uploads.isUnknown(head, path, route);
  }

  /**
   * Queries the session's node for its upload path, which is cached. The stage completes on the
   * event loop, with the route, whatever the node answers.
   */
  public CompletionStage<Optional<SessionRoute>> learnUploads(
      ClientExchange front, SessionRoute route) {
    return uploads.learn(front.loop(), route, limits.bodyPause()).thenApply(Optional::of);
  }

  /**
   * Forwards Delete Session. The answer is the node's, or success if the node gives none: this
   * server ends the session in any case.
   */
  public RequestSink end(
      ClientExchange front, HttpRequest head, SessionRoute route, BeforeLastByte before) {
    return new DeleteSession(this, listener, front, head, route, before);
  }

  /**
   * Forwards Delete Session of a session that has ended already: its node answers as for any
   * session that it doesn't have. The listener isn't called, because the end was reported before.
   */
  public RequestSink endAgain(ClientExchange front, HttpRequest head, SessionRoute route) {
    return new DeleteSession(this, RelayListener.NONE, front, head, route, NOTHING_TO_FREE);
  }

  /**
   * Opens a WebSocket of the node's own and requests a BiDi-only session there; on the current
   * event loop.
   *
   * @param id of the command {@code session.new}
   */
  public NodeSocket openSocket(EventLoop loop, NodeAddress node, NodeRequest request, long id) {
    NodeSocket socket = new NodeSocket(loop, node, request, id);
    socket.start(connections);
    return socket;
  }

  /**
   * Joins the client's socket and the node's, both on the current event loop: their codecs are
   * removed, and bytes pass unchanged. Where the client is in the middle of a message, its codec
   * stays and both sockets close: the client's with a Close frame, because a client can miss the
   * end of a connection that follows a message at once (the JDK's does).
   *
   * @param onEnd runs once when either has closed; not if the client has ended its session on the
   *     socket, which is reported to the listener
   */
  public void join(
      SessionId id, Channel client, WebSocketFrames frames, NodeSocket node, Runnable onEnd) {
    tunnels.reserveFirst(id);
    Tunnel tunnel = new Tunnel(tunnels, id, onEnd).ofBidi();
    client.pipeline().addLast(tunnel.clientEnd());
    node.channel().pipeline().addLast(tunnel.nodeEnd());
    if (!frames.removeFrom(client)) {
      ChannelOutput.sendLast(
          client, new CloseWebSocketFrame(WebSocketCloseStatus.POLICY_VIOLATION, IN_A_MESSAGE));
    } else if (!node.frames().removeFrom(node.channel())) {
      ChannelOutput.closeAfterWrites(client);
    }
    tunnel.start(client, node.channel());
  }

  /** Whether a request's head asks for a WebSocket. */
  public static boolean isHandshake(HttpRequest head) {
    String protocol = Upgrade.protocol(head.headers());
    return "websocket".equalsIgnoreCase(protocol) && Upgrade.isRequested(head.headers());
  }

  /** Closes the sockets of a session that has ended. Any thread. */
  public void closeTunnels(SessionId id) {
    tunnels.close(id);
  }

  /** The sessions that have open sockets. Any thread. */
  public Set<SessionId> sessionsWithTunnels() {
    return tunnels.sessions();
  }

  /** Sockets that are open now. Any thread. */
  public int openTunnels() {
    return tunnels.open();
  }

  NodeConnections connections() {
    return connections;
  }

  NodeClient client() {
    return client;
  }

  ClientHeaders clientHeaders() {
    return clientHeaders;
  }

  RelayListener listener() {
    return listener;
  }

  Tunnels tunnels() {
    return tunnels;
  }

  Duration bodyPause() {
    return limits.bodyPause();
  }
}
