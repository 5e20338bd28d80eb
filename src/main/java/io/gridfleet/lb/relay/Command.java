package io.gridfleet.lb.relay;

import io.gridfleet.lb.http.HopByHop;
import io.gridfleet.lb.node.AnswerSink;
import io.gridfleet.lb.node.NodeAddress;
import io.gridfleet.lb.node.NodeConnection;
import io.gridfleet.lb.node.NodeConnections.Waiting;
import io.gridfleet.lb.node.NodeFailure;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way: the request streams to the node while the answer streams to the client.
 * Owned by the event loop that both connections share.
 *
 * <p>States: waiting for a connection (parts are kept, the client isn't read) → sending → answering
 * → over. It is over once, whatever comes first: the answer's end, the node's failure, the client's
 * leaving, the time.
 */
final class Command implements RequestSink, AnswerSink, Waiting {
  private static final int NOT_FOUND = 404;
  private static final int SWITCHING = 101;
  private static final int CONTINUE = 100;
  private static final int ERROR = 500;

  /** A body that trickles slower than this in a pause is given up. */
  private static final int LEAST_PROGRESS = 1024;

  private final Relay relay;
  private final FrontSide front;
  private final HttpRequest head;
  private final String path;
  private final SessionRoute route;
  private final CommandClock clock;
  private boolean handshake;
  private boolean holdsPlace;
  private boolean elsewhere;
  private boolean expectsContinue;
  private @Nullable NodeConnection node;
  private @Nullable Deque<HttpContent> kept;
  private @Nullable HttpResponse switching;
  private @Nullable UnknownSession unknown;
  private boolean starting;
  private boolean answering;
  private long extendedAt;
  private boolean over;

  Command(Relay relay, FrontSide front, HttpRequest head, String path, SessionRoute route) {
    this.relay = relay;
    this.front = front;
    this.head = head;
    this.path = path;
    this.route = route;
    this.clock = new CommandClock(relay.listener(), route.id(), head.method().name(), path);
  }

  Command asHandshake() {
    handshake = true;
    return this;
  }

  @Override
  public void start() {
    relay.listener().commandStarted(route.id());
    holdsPlace = handshake && relay.tunnels().take(route.id());
    if (handshake && !holdsPlace) {
      over = true;
      var answer = NodeErrors.tooManySockets(relay.tunnels().mostPerSession());
      clock.answered(answer.status().code());
      clock.ended(CommandReport.Outcome.ANSWERED);
      front.whole(answer);
      return;
    }
    expectsContinue = HttpUtil.is100ContinueExpected(head);
    progressed();
    starting = true;
    relay.connections().borrow(front.loop(), turnHead(), this);
    starting = false;
  }

  private NodeAddress turnHead() {
    relay.clientHeaders().strip(head.headers(), front.client());
    if (!handshake) {
      RequestHead.turn(head, route.node(), path);
      return route.node();
    }
    URI socket = RequestHead.socket(route, path);
    if (socket == null) {
      RequestHead.turnHandshake(head, route.node(), path);
      return route.node();
    }
    elsewhere = true;
    NodeAddress target = NodeAddress.of(socket);
    NodeAddress origin = new NodeAddress(target.secure(), target.host(), target.port(), "");
    RequestHead.turnHandshake(head, origin, RequestHead.socketPath(socket, path));
    return origin;
  }

  private void progressed() {
    boolean clientsTurn = !front.requestComplete() || !front.isWritable();
    boolean pauseIsShorter = relay.bodyPause().compareTo(route.commandTimeout()) < 0;
    front.within(clientsTurn && pauseIsShorter ? relay.bodyPause() : route.commandTimeout());
  }

  @Override
  public void connected(NodeConnection connection) {
    if (over) {
      connection.abort();
      return;
    }
    node = connection;
    connection.begin(head, this);
    if (kept != null) {
      kept.forEach(part -> send(connection, part));
      kept = null;
      if (!front.requestComplete() && connection.isWritable()) {
        front.read(true);
      }
    }
    if (!starting) {
      connection.flush();
    }
  }

  @Override
  public void content(HttpContent part) {
    if (over) {
      part.release();
    } else if (node == null) {
      keep(part);
    } else {
      send(node, part);
    }
  }

  private void keep(HttpContent part) {
    if (kept == null) {
      kept = new ArrayDeque<>(2);
    }
    kept.add(part);
    if (!(part instanceof LastHttpContent)) {
      front.read(false);
    }
  }

  private void send(NodeConnection to, HttpContent part) {
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

  @Override
  public void readComplete() {
    if (node != null && !over) {
      node.flush();
      if (clock.requestBytes() - extendedAt >= LEAST_PROGRESS) {
        extendedAt = clock.requestBytes();
        progressed();
      }
    }
  }

  @Override
  public void interim(HttpResponse interim) {
    if (interim.status().code() == CONTINUE && expectsContinue && front.isModern()) {
      front.interim(interim);
      progressed();
    }
  }

  @Override
  public void answerHead(HttpResponse answer) {
    if (elsewhere && answer.status().code() != SWITCHING) {
      failed(
          new NodeFailure(
              NodeFailure.Kind.BAD_ANSWER,
              route.node(),
              "has a WebSocket address that answers a handshake with " + answer.status().code()));
      return;
    }
    clock.answered(answer.status().code());
    if (answer.status().code() == SWITCHING) {
      switching = answer;
      return;
    }
    answering = true;
    frame(answer);
    if (answer.status().code() == NOT_FOUND) {
      unknown = new UnknownSession();
    }
    front.head(answer);
  }

  /** A body that ends with the node's connection gets chunks, so that the client's can stay. */
  private void frame(HttpResponse answer) {
    HttpHeaders headers = answer.headers();
    HopByHop.strip(headers);
    if (!headers.contains(HttpHeaderNames.CONTENT_LENGTH)
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && hasBody(answer.status().code())) {
      headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
  }

  private boolean hasBody(int status) {
    return status != 204 && status != 304 && !head.method().equals(HttpMethod.HEAD);
  }

  @Override
  public void answerPart(HttpContent part) {
    boolean last = part instanceof LastHttpContent;
    if (over) {
      part.release();
    } else if (switching != null) {
      part.release();
      openTunnel(switching);
    } else {
      clock.received(part.content().readableBytes());
      look(part, last);
      if (part instanceof LastHttpContent end) {
        HopByHop.stripTrailers(end.trailingHeaders());
        answered(part);
      } else {
        pass(part);
      }
    }
  }

  private void look(HttpContent part, boolean last) {
    if (unknown != null) {
      unknown.look(part.content());
      if (last && unknown.isTold()) {
        relay.listener().sessionUnknownToNode(route.id());
      }
    }
  }

  private void pass(HttpContent part) {
    front.part(part);
    if (!front.isWritable() && node != null) {
      node.read(false);
    }
  }

  private void answered(HttpContent last) {
    over = true;
    node = null;
    givePlaceBack();
    front.part(last);
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  private void openTunnel(HttpResponse answer) {
    NodeConnection from = node;
    if (from == null) {
      return;
    }
    over = true;
    node = null;
    holdsPlace = false; // the tunnel's from here on
    Tunnel tunnel = new Tunnel(relay.tunnels(), route.id());
    if (RequestHead.isBidiSocket(path, route.id())) {
      tunnel.ofBidi();
    }
    String protocol = Upgrade.protocol(answer.headers());
    HopByHop.strip(answer.headers());
    answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    answer.headers().set(HttpHeaderNames.UPGRADE, protocol == null ? "websocket" : protocol);
    Channel client = front.handOver(answer, tunnel.clientEnd());
    tunnel.start(client, from.handOver(tunnel.nodeEnd()));
    clock.ended(CommandReport.Outcome.ANSWERED);
  }

  @Override
  public void answerRead() {
    if (!over) {
      front.flush();
      progressed();
    }
  }

  @Override
  public void nodeWritable(boolean writable) {
    if (!over && !front.requestComplete()) {
      front.read(writable);
      progressed();
    }
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (node != null && !over) {
      node.read(writable);
      progressed();
    }
  }

  @Override
  public void failed(NodeFailure failure) {
    if (over) {
      return;
    }
    end(CommandReport.Outcome.NODE_FAILED);
    if (answering) {
      front.cut();
    } else {
      front.whole(NodeErrors.failed(route, failure));
    }
  }

  @Override
  public void clientGone() {
    if (!over) {
      end(CommandReport.Outcome.CLIENT_LEFT);
    }
  }

  @Override
  public void timedOut() {
    if (over) {
      return;
    }
    boolean clientPaused = !front.requestComplete() && (node == null || node.isWritable());
    end(CommandReport.Outcome.TIMED_OUT);
    if (answering) {
      front.cut();
    } else {
      front.whole(clientPaused ? NodeErrors.bodyPaused() : NodeErrors.silent(route));
    }
  }

  /** Ends without the node's whole answer: its connection can't be used again. */
  private void end(CommandReport.Outcome outcome) {
    over = true;
    givePlaceBack();
    if (node != null) {
      node.abort();
      node = null;
    }
    if (kept != null) {
      kept.forEach(HttpContent::release);
      kept = null;
    }
    if (!answering && outcome != CommandReport.Outcome.CLIENT_LEFT) {
      clock.answered(ERROR);
    }
    clock.ended(outcome);
  }

  private void givePlaceBack() {
    if (holdsPlace) {
      holdsPlace = false;
      relay.tunnels().giveBack(route.id());
    }
  }
}
