package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.HopByHop;
import io.gridfleet.lb.http.HttpLimits;
import io.gridfleet.lb.node.AnswerSink;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeConnection;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.gridfleet.lb.node.NodeFailure;
import io.gridfleet.lb.relay.RelayedCommandTable.Effect;
import io.gridfleet.lb.relay.RelayedCommandTable.Event;
import io.gridfleet.lb.relay.RelayedCommandTable.State;
import io.gridfleet.lb.state.StateMachine;
import io.gridfleet.lb.state.UnexpectedEventException;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One command on its way: the request streams to the node while the answer streams to the client.
 *
 * <p>States and transitions: {@link RelayedCommandTable}. Each callback fires one event, then
 * carries out the effect. The state is entered before the effect, because an effect can call back:
 * a write that fills a channel's buffer fires its writability within the write, and the end of an
 * answer begins the connection's next request.
 *
 * <p>Owner: the event loop that both connections share. Every callback comes on it, so nothing here
 * is locked or volatile.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code node} is set in {@code SENDING}, {@code ANSWERING} and {@code SWITCHING} only. Once
 *       it is null the connection is pooled, aborted or a tunnel's, and its sink isn't called.
 *   <li>{@code kept} is set in {@code CONNECTING} only, and the client isn't read there after a
 *       first part: what is kept is what one read brought.
 *   <li>A handshake holds one of its session's places for sockets in each state but {@code OVER};
 *       {@code OVER} gives it back, or leaves it to the tunnel.
 *   <li>{@code OVER} is entered once, reports once, and calls the client's side once at most.
 * </ul>
 */
final class RelayedCommand implements RequestSink, AnswerSink, Waiting {
  private static final Logger log = LoggerFactory.getLogger(RelayedCommand.class);

  private static final int NOT_FOUND = 404;
  private static final int CONTINUE = 100;
  private static final int ERROR = 500;

  private final Relay relay;
  private final ClientExchange front;
  private final HttpRequest head;
  private final String path;
  private final SessionRoute route;
  private final CommandClock clock;
  private final boolean handshake;

  /** Where a handshake goes that isn't for the node's own address. */
  private final @Nullable URI socket;

  /** Of the client's head; read before the headers are turned into those for the node. */
  private final boolean expectsContinue;

  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(RelayedCommandTable.TABLE);

  /** Set in {@code SENDING}, {@code ANSWERING} and {@code SWITCHING}. */
  private @Nullable NodeConnection node;

  /** What of the request came while the connection was being opened; holds references. */
  private @Nullable Deque<HttpContent> kept;

  /** The head of 101, until its end has been read and the channels can be joined. */
  private @Nullable HttpResponse switching;

  /** Reads along while an answer of 404 passes. */
  private @Nullable UnknownSession unknown;

  /** Bytes of the request when its deadline was last moved because of them. */
  private long extendedAt;

  /**
   * @param path what the client asked for, base taken off, with its query
   * @param handshake whether the head asks for another protocol
   */
  RelayedCommand(
      Relay relay,
      ClientExchange front,
      HttpRequest head,
      String path,
      SessionRoute route,
      boolean handshake) {
    this.relay = relay;
    this.front = front;
    this.head = head;
    this.path = path;
    this.route = route;
    this.handshake = handshake;
    this.socket = handshake ? RequestHead.socket(route, path) : null;
    this.expectsContinue = HttpUtil.is100ContinueExpected(head);
    this.clock = new CommandClock(relay.listener(), route.id(), head.method().name(), path);
  }

  /**
   * A pooled connection is handed over within {@code borrow}. Nothing is flushed then: the parts of
   * the same read follow, and {@link #readComplete} sends all of it in one write.
   */
  @Override
  public void start() {
    if (handshake && !relay.tunnels().take(route.id())) {
      refuse();
      return;
    }
    relay.listener().commandStarted(route.id());
    progressed();
    relay.connections().borrow(front.loop(), turnHead(), this);
    if (machine.state() == State.STARTING) {
      fire(Event.PENDING);
    }
  }

  /** A session has a bounded number of sockets; the node isn't asked for one more. */
  private void refuse() {
    if (fire(Event.REFUSED) == Effect.REFUSE) {
      relay.listener().commandStarted(route.id());
      FullHttpResponse answer = NodeErrors.tooManySockets(relay.tunnels().mostPerSession());
      clock.answered(answer.status().code());
      clock.ended(CommandReport.Outcome.ANSWERED);
      front.whole(answer);
    }
  }

  private NodeAddress turnHead() {
    relay.clientHeaders().strip(head.headers(), front.client());
    if (!handshake) {
      RequestHead.turn(head, route.node(), path);
      return route.node();
    }
    if (socket == null) {
      RequestHead.turnHandshake(head, route.node(), path);
      return route.node();
    }
    NodeAddress target = NodeAddress.of(socket);
    NodeAddress origin = new NodeAddress(target.secure(), target.host(), target.port(), "");
    RequestHead.turnHandshake(head, origin, RequestHead.socketPath(socket, path));
    return origin;
  }

  /**
   * Moves the deadline. While it is the client's turn, to send or to take, its pause is the limit;
   * else the command's own time is.
   */
  private void progressed() {
    boolean clientsTurn = !front.requestComplete() || !front.isWritable();
    boolean pauseIsShorter = relay.bodyPause().compareTo(route.commandTimeout()) < 0;
    front.within(clientsTurn && pauseIsShorter ? relay.bodyPause() : route.commandTimeout());
  }

  /**
   * The effect of an event. One that the table doesn't know in this state ends the command as a
   * failure, which every state knows; the caller then does nothing but release what came with it.
   *
   * <p>A command that is over can time out only if the listener threw while it was ending, before
   * the client was answered.
   */
  private Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a command of session {} is ended by a mistake", route.id(), mistake);
      if (machine.state() == State.OVER && event == Event.TIMED_OUT) {
        front.cut();
      }
      end(machine.fire(Event.FAILED), CommandReport.Outcome.NODE_FAILED, ErrorAnswers::failed);
      return Effect.NONE;
    }
  }

  // The node's connection.

  @Override
  public void connected(NodeConnection connection) {
    switch (fire(Event.CONNECTED)) {
      case BEGIN -> begin(connection);
      case BEGIN_WITH_KEPT -> {
        begin(connection);
        sendKept(connection);
        connection.flush();
      }
      default -> connection.abort();
    }
  }

  /** Set before the head is written: the write can call {@link #nodeWritable}. */
  private void begin(NodeConnection connection) {
    node = connection;
    connection.begin(head, this);
  }

  /** Reading goes on unless the request is complete or what was kept has filled the way. */
  private void sendKept(NodeConnection connection) {
    Deque<HttpContent> parts = kept;
    kept = null;
    if (parts != null) {
      parts.forEach(this::send);
      if (!front.requestComplete() && connection.isWritable()) {
        front.read(true);
      }
    }
  }

  /** A complete request has nothing left to hold back: reading the client is the front's choice. */
  @Override
  public void nodeWritable(boolean writable) {
    if (fire(Event.NODE_WRITABILITY) == Effect.ADJUST_CLIENT && !front.requestComplete()) {
      front.read(writable);
      progressed();
    }
  }

  @Override
  public void failed(NodeFailure failure) {
    end(
        fire(Event.FAILED),
        CommandReport.Outcome.NODE_FAILED,
        () -> NodeErrors.failed(route, failure));
  }

  // The request.

  @Override
  public void content(HttpContent part) {
    switch (fire(Event.REQUEST_PART)) {
      case KEEP_PART -> keep(part);
      case SEND_PART -> send(part);
      default -> part.release();
    }
  }

  /** Bounded by one read: the client isn't read again until the node is connected. */
  private void keep(HttpContent part) {
    if (kept == null) {
      kept = new ArrayDeque<>(2);
    }
    kept.add(part);
    if (!(part instanceof LastHttpContent)) {
      front.read(false);
    }
  }

  /** The last part is flushed at once: the node has all that it needs to begin. */
  private void send(HttpContent part) {
    NodeConnection to = node();
    clock.sent(part.content().readableBytes());
    boolean last = part instanceof LastHttpContent;
    if (part instanceof LastHttpContent end) {
      HopByHop.stripTrailers(end.trailingHeaders());
    }
    to.write(part);
    if (last) {
      to.flush();
      clock.requestSent();
      progressed();
    } else if (!to.isWritable()) {
      front.read(false);
    }
  }

  /**
   * One flush for each read, not for each part. A body that trickles doesn't move the deadline:
   * only {@link HttpLimits#MIN_BODY_PROGRESS} bytes do.
   */
  @Override
  public void readComplete() {
    if (fire(Event.REQUEST_READ) == Effect.FLUSH_REQUEST) {
      node().flush();
      if (clock.requestBytes() - extendedAt >= HttpLimits.MIN_BODY_PROGRESS) {
        extendedAt = clock.requestBytes();
        progressed();
      }
    }
  }

  // The answer.

  /** Only what the client waits for: HTTP/1.0 has no interim answers (RFC 9110 §15.2). */
  @Override
  public void interim(HttpResponse interim) {
    if (fire(Event.INTERIM_ANSWER) == Effect.PASS_INTERIM
        && interim.status().code() == CONTINUE
        && expectsContinue
        && front.isModern()) {
      front.interim(interim);
      progressed();
    }
  }

  @Override
  public void answerHead(HttpResponse answer) {
    int status = answer.status().code();
    boolean switches = status == AnswerHead.SWITCHING;
    if (socket != null && !switches) {
      failed(noWebSocket(status));
      return;
    }
    switch (fire(switches ? Event.SWITCHING_HEAD : Event.ANSWER_HEAD)) {
      case PASS_HEAD -> {
        clock.answered(status);
        AnswerHead.frame(answer, head.method());
        unknown = status == NOT_FOUND ? new UnknownSession() : null;
        front.head(answer);
      }
      case KEEP_HEAD -> {
        clock.answered(status);
        switching = answer;
      }
      default -> {}
    }
  }

  /** Whatever else listens at the address of a socket: its answers aren't the node's. */
  private NodeFailure noWebSocket(int status) {
    return new NodeFailure(
        NodeFailure.Kind.BAD_ANSWER,
        route.node(),
        "has a WebSocket address that answers a handshake with " + status);
  }

  @Override
  public void answerPart(HttpContent part) {
    boolean last = part instanceof LastHttpContent;
    switch (fire(last ? Event.ANSWER_END : Event.ANSWER_PART)) {
      case PASS_PART -> pass(part);
      case PASS_END -> passEnd((LastHttpContent) part);
      case OPEN_TUNNEL -> {
        part.release();
        openTunnel(Objects.requireNonNull(switching));
      }
      default -> part.release();
    }
  }

  /** Not flushed here: {@link #answerRead} does it once for all that one read has brought. */
  private void pass(HttpContent part) {
    clock.received(part.content().readableBytes());
    if (unknown != null) {
      unknown.look(part.content());
    }
    front.part(part);
    if (!front.isWritable()) {
      node().read(false);
    }
  }

  /** The node's connection has gone back to its pool before this part was delivered. */
  private void passEnd(LastHttpContent part) {
    node = null;
    clock.received(part.content().readableBytes());
    if (unknown != null) {
      unknown.look(part.content());
      if (unknown.isTold()) {
        relay.listener().sessionUnknownToNode(route.id());
      }
    }
    HopByHop.stripTrailers(part.trailingHeaders());
    givePlaceBack();
    front.part(part);
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  /** The place of the handshake is the tunnel's from here on. */
  private void openTunnel(HttpResponse answer) {
    NodeConnection from = node();
    node = null;
    Tunnel tunnel = new Tunnel(relay.tunnels(), route.id());
    if (RequestHead.isBidiSocket(path, route.id())) {
      tunnel.ofBidi();
    }
    AnswerHead.frameSwitching(answer);
    Channel client = front.handOver(answer, tunnel.clientEnd());
    tunnel.start(client, from.handOver(tunnel.nodeEnd()));
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  @Override
  public void answerRead() {
    if (fire(Event.ANSWER_READ) == Effect.FLUSH_ANSWER) {
      front.flush();
      progressed();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (fire(Event.CLIENT_WRITABILITY) == Effect.ADJUST_NODE) {
      node().read(writable);
      progressed();
    }
  }

  // The end.

  @Override
  public void clientGone() {
    end(fire(Event.CLIENT_GONE), CommandReport.Outcome.CLIENT_LEFT, ErrorAnswers::failed);
  }

  /** Whose turn it is tells who gets the blame: a client that pauses, or a node that is silent. */
  @Override
  public void timedOut() {
    boolean clientPaused = !front.requestComplete() && (node == null || node.isWritable());
    end(
        fire(Event.TIMED_OUT),
        CommandReport.Outcome.TIMED_OUT,
        () -> clientPaused ? ErrorAnswers.bodyPaused() : NodeErrors.silent(route));
  }

  /**
   * Ends without the node's whole answer: its connection can't be used again. The report comes
   * before the client's answer, which may begin the connection's next request.
   */
  private void end(Effect effect, CommandReport.Outcome outcome, Supplier<FullHttpResponse> error) {
    switch (effect) {
      case ANSWER_ERROR -> {
        FullHttpResponse answer = error.get();
        clock.answered(ERROR);
        dropRest();
        clock.ended(outcome);
        front.whole(answer);
      }
      case CUT -> {
        dropRest();
        clock.ended(outcome);
        front.cut();
      }
      case ABANDON -> {
        dropRest();
        clock.ended(outcome);
      }
      default -> {}
    }
  }

  /**
   * Closes the node's connection rather than pooling it: the rest of this answer would be read as
   * the answer to the next request (RFC 9112 §9.3).
   */
  private void dropRest() {
    givePlaceBack();
    if (node != null) {
      node.abort();
      node = null;
    }
    if (kept != null) {
      kept.forEach(HttpContent::release);
      kept = null;
    }
  }

  private void givePlaceBack() {
    if (handshake) {
      relay.tunnels().giveBack(route.id());
    }
  }

  private NodeConnection node() {
    return Objects.requireNonNull(node);
  }
}
