package io.gridfleet.lb.relay;

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
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One relayed command: the request streams to the node while the answer streams to the client.
 *
 * <p>States and transitions: {@link RelayedCommandTable}. Each callback fires one event, then
 * carries out the effect. The state is entered before the effect, because an effect can call back:
 * a write that fills a channel's buffer fires its writability within the write, and the end of an
 * answer begins the connection's next request.
 *
 * <p>Owner: the event loop that both connections share. Every callback runs on it, so nothing here
 * is locked or volatile.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>{@code node} is set in {@code SENDING}, {@code ANSWERING} and {@code SWITCHING} only. Once
 *       it is null, the connection is pooled, aborted or a tunnel's, and calls its sink no more.
 *   <li>{@code kept} has parts in {@code CONNECTING} only, and reading the client is suspended
 *       after its first part: the buffer is bounded by one read.
 *   <li>A handshake holds one of its session's slots for sockets in each state but {@code OVER};
 *       {@code OVER} releases it or passes it to the tunnel.
 *   <li>{@code OVER} is entered once, reports the command once, and ends the client's exchange at
 *       most once.
 *   <li>Each side is read only while the other's channel is writable, except for what one read has
 *       already delivered.
 *   <li>Each part of a body that is received is written or released here exactly once.
 * </ul>
 */
final class RelayedCommand implements RequestSink, AnswerSink, Waiting {
  private static final Logger log = LoggerFactory.getLogger(RelayedCommand.class);

  private static final int NOT_FOUND = 404;
  private static final int CONTINUE = 100;
  private static final int ERROR = 500;

  /** Shared by the commands of all event loops; what it hands out is safe for each of them. */
  private final Relay relay;

  /** The client's side; all its methods are called on its loop, which is this command's. */
  private final ClientExchange front;

  /** The client's head; its headers are rewritten in place for the node by {@link #start}. */
  private final HttpRequest head;

  /** The requested path without its base, with its query. */
  private final String path;

  /** Looked up before the command began; a session that ends meanwhile doesn't change it. */
  private final SessionRoute route;

  /** Reports the command once, when it ends. */
  private final CommandClock clock;

  /** Moved by each progress of either side; the connection's own limit, so that one timer runs. */
  private final CommandDeadline deadline;

  /** Holds a slot of the session's sockets until {@code OVER}, where one was requested. */
  private final Handshake handshake;

  /** Read from the client's head before its headers are rewritten for the node. */
  private final boolean expectsContinue;

  /** Changed by {@link #fire} only. */
  private final StateMachine<State, Event, Effect> machine =
      new StateMachine<>(RelayedCommandTable.TABLE);

  /** The borrowed connection. Set in {@code SENDING}, {@code ANSWERING} and {@code SWITCHING}. */
  private @Nullable NodeConnection node;

  /** Parts of the request that arrived before the connection was opened. */
  private final KeptParts kept = new KeptParts();

  /** The head of 101, until its end has been read and the channels can be joined. */
  private @Nullable HttpResponse switching;

  /** Scans an answer of 404 as it passes; null for any other. */
  private @Nullable UnknownSession unknown;

  /**
   * @param path the requested path without its base, with its query
   * @param handshake whether the head requests another protocol
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
    this.handshake = new Handshake(relay.tunnels(), route, path, handshake);
    this.expectsContinue = HttpUtil.is100ContinueExpected(head);
    this.deadline = new CommandDeadline(front, relay.bodyPause(), route.commandTimeout());
    this.clock = new CommandClock(relay.listener(), route.id(), head.method().name(), path);
  }

  /**
   * A pooled connection is handed over within {@code borrow}. Nothing is flushed then: the parts of
   * the same read follow, and {@link #readComplete} sends all of them in one write.
   */
  @Override
  public void start() {
    if (!handshake.reserve()) {
      refuse();
      return;
    }
    relay.listener().commandStarted(route.id());
    deadline.progressed();
    relay.clientHeaders().strip(head.headers(), front.client());
    NodeAddress target =
        RequestHead.turnToTarget(head, route, path, handshake.isRequested(), handshake.socket());
    relay.connections().borrow(front.loop(), target, this);
    if (machine.state() == State.STARTING) {
      fire(Event.PENDING);
    }
  }

  /**
   * Answers a handshake beyond the session's limit of sockets; nothing is sent to the node. Holds
   * no slot, so that {@code OVER} has none to release here.
   */
  private void refuse() {
    if (fire(Event.REFUSED) == Effect.REFUSE) {
      relay.listener().commandStarted(route.id());
      FullHttpResponse answer = handshake.refusal();
      clock.answered(answer.status().code());
      clock.ended(CommandReport.Outcome.ANSWERED);
      front.whole(answer);
    }
  }

  /**
   * Fires an event and returns its effect. An event without a row in this state is a defect: it is
   * logged and fires {@code FAILED}, for which every state that can be reached here has a row. The
   * caller then only releases what came with the event.
   *
   * <p>A timeout in {@code OVER} is possible only if the listener threw while the command was
   * ending, before the client was answered.
   */
  private Effect fire(Event event) {
    try {
      return machine.fire(event);
    } catch (UnexpectedEventException mistake) {
      log.error("a command of session {} is ended by an unexpected event", route.id(), mistake);
      if (machine.state() == State.OVER && event == Event.TIMED_OUT) {
        front.cut();
      }
      end(machine.fire(Event.FAILED), CommandReport.Outcome.NODE_FAILED, ErrorAnswers::failed);
      return Effect.NONE;
    }
  }

  // Events of the node's connection.

  /** A connection without an effect came too late, so that it is closed. */
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

  /** {@code node} is set before the head is written: the write can call {@link #nodeWritable}. */
  private void begin(NodeConnection connection) {
    node = connection;
    connection.begin(head, this);
  }

  /** Reading resumes unless the request is complete or the node's channel is unwritable. */
  private void sendKept(NodeConnection connection) {
    if (kept.sendTo(this::send) && !front.requestComplete() && connection.isWritable()) {
      front.read(true);
    }
  }

  /** Backpressure on the request. Once the request is complete, the front door controls reading. */
  @Override
  public void nodeWritable(boolean writable) {
    if (fire(Event.NODE_WRITABILITY) == Effect.ADJUST_CLIENT && !front.requestComplete()) {
      front.read(writable);
      deadline.progressed();
    }
  }

  /**
   * The connection is closed already. Before the answer's head the client receives an error; after
   * it the answer is cut, because its status can't be taken back (RFC 9112 §8).
   */
  @Override
  public void failed(NodeFailure failure) {
    end(
        fire(Event.FAILED),
        CommandReport.Outcome.NODE_FAILED,
        () -> NodeErrors.failed(route, failure));
  }

  // Events of the request.

  @Override
  public void content(HttpContent part) {
    switch (fire(Event.REQUEST_PART)) {
      case KEEP_PART -> keep(part);
      case SEND_PART -> send(part);
      default -> part.release();
    }
  }

  /** Buffers a part. Reading the client is suspended until the node is connected. */
  private void keep(HttpContent part) {
    kept.keep(part);
    if (!(part instanceof LastHttpContent)) {
      front.read(false);
    }
  }

  /** The last part is flushed at once; an unwritable channel suspends reading the client. */
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
      deadline.progressed();
    } else if (!to.isWritable()) {
      front.read(false);
    }
  }

  /** Flushes once for each read, not for each part. */
  @Override
  public void readComplete() {
    if (fire(Event.REQUEST_READ) == Effect.FLUSH_REQUEST) {
      node().flush();
      deadline.requestRead(clock.requestBytes());
    }
  }

  // Events of the answer.

  /** Forwards 100 only if it is expected; HTTP/1.0 has no interim answers (RFC 9110 §15.2). */
  @Override
  public void interim(HttpResponse interim) {
    if (fire(Event.INTERIM_ANSWER) == Effect.PASS_INTERIM
        && interim.status().code() == CONTINUE
        && expectsContinue
        && front.isModern()) {
      front.interim(interim);
      deadline.progressed();
    }
  }

  /** A head of 101 is held until its end has been read: only then can a tunnel take over. */
  @Override
  public void answerHead(HttpResponse answer) {
    int status = answer.status().code();
    boolean switches = status == AnswerHead.SWITCHING;
    if (handshake.socket() != null && !switches) {
      failed(NodeErrors.noWebSocket(route, status));
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

  /**
   * Forwards a part. {@link #answerRead} flushes once for each read; an unwritable client suspends
   * reading the node.
   */
  private void pass(HttpContent part) {
    clock.received(part.content().readableBytes());
    if (unknown != null) {
      unknown.scan(part.content());
    }
    front.part(part);
    if (!front.isWritable()) {
      node().read(false);
    }
  }

  /**
   * Forwards the last part. The node's connection was returned to its pool before this call, so
   * that {@code node} is cleared first. The session's end is reported before the client receives
   * the answer's end.
   */
  private void passEnd(LastHttpContent part) {
    node = null;
    clock.received(part.content().readableBytes());
    if (unknown != null) {
      unknown.scan(part.content());
      if (unknown.isReported()) {
        relay.listener().sessionUnknownToNode(route.id());
      }
    }
    HopByHop.stripTrailers(part.trailingHeaders());
    handshake.release();
    front.part(part);
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  /** The tunnel takes over the slot of the handshake with the channels. */
  private void openTunnel(HttpResponse answer) {
    NodeConnection from = node();
    node = null;
    handshake.openTunnel(front, from, answer);
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  /** The node's socket has been read empty: one flush, and the node has made progress. */
  @Override
  public void answerRead() {
    if (fire(Event.ANSWER_READ) == Effect.FLUSH_ANSWER) {
      front.flush();
      deadline.progressed();
    }
  }

  /**
   * Fired within this command's own writes too, after the state of the written part was entered.
   * Backpressure on the answer: the node is read only while the client's channel is writable.
   */
  @Override
  public void writabilityChanged(boolean writable) {
    if (fire(Event.CLIENT_WRITABILITY) == Effect.ADJUST_NODE) {
      node().read(writable);
      deadline.progressed();
    }
  }

  // Events that end the command.

  /** Nothing is written to a client that has disconnected; the node's connection is aborted. */
  @Override
  public void clientGone() {
    end(fire(Event.CLIENT_GONE), CommandReport.Outcome.CLIENT_LEFT, ErrorAnswers::failed);
  }

  /** The error names the peer that was waited for: a client whose body pauses, or a silent node. */
  @Override
  public void timedOut() {
    boolean clientPaused = !front.requestComplete() && (node == null || node.isWritable());
    end(
        fire(Event.TIMED_OUT),
        CommandReport.Outcome.TIMED_OUT,
        () -> clientPaused ? ErrorAnswers.bodyPaused() : NodeErrors.silent(route));
  }

  /**
   * Ends the command without the node's whole answer. The report precedes the client's answer,
   * because writing that can begin the connection's next request.
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
   * Closes the node's connection instead of pooling it: the rest of this answer would be read as
   * the answer to the next request (RFC 9112 §9.3). Releases what is buffered.
   */
  private void dropRest() {
    handshake.release();
    if (node != null) {
      node.abort();
      node = null;
    }
    kept.release();
  }

  /** The connection, for effects of states in which it is set. */
  private NodeConnection node() {
    return Objects.requireNonNull(node);
  }
}
