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
 * The client's side of one exchange, to which the answer is written. The front door implements it
 * and handles what belongs to the connection: keep-alive, order, framing for the client's version.
 * All calls on its event loop.
 */
public interface ClientExchange {
  EventLoop loop();

  /** The peer's address: the client's own, or a proxy's. */
  SocketAddress client();

  /** Whether the client uses HTTP/1.1: accepts chunks and interim answers. */
  boolean isModern();

  boolean isWritable();

  /** Whether the request's last part has been read. */
  boolean requestComplete();

  /** Sends an interim answer at once. */
  void interim(HttpResponse head);

  /** Writes the head of the answer; hop-by-hop headers are already removed. */
  void head(HttpResponse head);

  /** Writes a part of the answer's body; the last one ends the exchange and flushes. */
  void part(HttpContent part);

  void flush();

  /** Runs the task if the end of the answer, which is written next, doesn't reach the socket. */
  void unlessDelivered(Runnable lost);

  /** Writes a whole answer, ends the exchange and flushes. */
  void whole(FullHttpResponse answer);

  /**
   * Closes the connection in the middle of an answer, so that the client detects the truncation.
   */
  void cut();

  /** Suspends or resumes reading the request: backpressure. */
  void read(boolean on);

  /** Calls {@link RequestSink#timedOut} if this isn't called again within so long. */
  void within(Duration time);

  /**
   * Sends the answer 101 and hands the bare channel over: {@code tunnel} receives all that is read
   * from now on, and what was read already.
   */
  Channel handOver(HttpResponse switching, ChannelHandler tunnel);
}
