package io.gridfleet.lb.relay;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * The client's side of one exchange: where its answer goes. The front door implements it and takes
 * care of what belongs to the connection: keep-alive, order, framing for the client's version. All
 * calls on its event loop.
 */
public interface ClientExchange {
  EventLoop loop();

  /** The peer's address: the client's own, or a proxy's. */
  SocketAddress client();

  /** Whether the client speaks HTTP/1.1: takes chunks and interim answers. */
  boolean isModern();

  boolean isWritable();

  /** Whether the request's last part has been read. */
  boolean requestComplete();

  /** An interim answer, sent at once. */
  void interim(HttpResponse head);

  /** The head of the answer; hop-by-hop headers are already gone. */
  void head(HttpResponse head);

  /** A part of the answer's body; the last one ends the exchange and flushes. */
  void part(HttpContent part);

  void flush();

  /** Runs the task if the end of the answer, which is written next, doesn't reach the socket. */
  void unlessDelivered(Runnable lost);

  /** A whole answer: ends the exchange and flushes. */
  void whole(FullHttpResponse answer);

  /** Ends the connection in the middle of an answer, so that the client sees that it is cut. */
  void cut();

  /** Stops or goes on reading the request: backpressure. */
  void read(boolean on);

  /** Calls {@link RequestSink#timedOut} if this isn't called again within so long. */
  void within(Duration time);

  /**
   * Sends the answer 101 and gives the bare channel away: {@code tunnel} gets all that is read from
   * now on, and what was read already.
   */
  Channel handOver(HttpResponse switching, ChannelHandler tunnel);
}
