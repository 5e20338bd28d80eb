package io.gridfleet.lb.relay;

import io.gridfleet.lb.node.NodeClient;
import io.gridfleet.lb.node.NodeConnections;
import io.gridfleet.lb.webdriver.SessionId;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** Carries the traffic of live sessions between clients and nodes. */
public final class Relay {
  private final NodeConnections connections;
  private final NodeClient client;
  private final RelayListener listener;
  private final Limits limits;
  private final Tunnels tunnels;

  /**
   * What clients may ask of the relay.
   *
   * @param bodyPause a request whose body pauses for longer is given up
   * @param socketsPerSession a test uses one to three (BiDi, CDP, a log); many more are a leak
   */
  public record Limits(Duration bodyPause, int socketsPerSession) {
    public static Limits defaults() {
      return new Limits(Duration.ofMinutes(1), 16);
    }
  }

  public Relay(
      NodeConnections connections, NodeClient client, RelayListener listener, Limits limits) {
    this.limits = limits;
    this.connections = connections;
    this.client = client;
    this.listener = listener;
    this.tunnels = new Tunnels(listener, limits.socketsPerSession());
  }

  /** What is done between the node's answer to Delete Session and the client's. */
  @FunctionalInterface
  public interface BeforeLastByte {
    /**
     * Frees what the session held. The client's answer waits for the stage, however it completes.
     *
     * @param status what the node answered; 0 if it gave no answer
     */
    CompletionStage<?> ended(SessionId id, int status);
  }

  /**
   * Passes a command or a WebSocket handshake on; the caller starts the sink and feeds it.
   *
   * @param path what the client asked for, base taken off, with its query
   */
  public RequestSink forward(FrontSide front, HttpRequest head, String path, SessionRoute route) {
    boolean upgrade = Upgrade.isAsked(head.headers());
    Command command = new Command(this, front, head, path, route);
    return upgrade ? command.asHandshake() : command;
  }

  /**
   * Passes Delete Session on. The answer is the node's, or success if the node gives none: the
   * session is over for us in any case.
   */
  public RequestSink end(
      FrontSide front, HttpRequest head, SessionRoute route, BeforeLastByte before) {
    return new Ending(this, front, head, route, before);
  }

  /** Closes the sockets of a session that has ended. Any thread. */
  public void closeTunnels(SessionId id) {
    tunnels.close(id);
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
