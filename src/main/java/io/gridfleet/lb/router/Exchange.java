package io.gridfleet.lb.router;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpResponse;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One request that this server answers itself, and its answer. Reading is done on the event loop
 * that called the endpoint; {@link #answer} and {@link #stream} may be called from any thread, one
 * of them once. Calls after the client has disconnected are dropped.
 */
public interface Exchange {
  Route route();

  String method();

  /** The target as the client sent it, including base and query. May hold a token. */
  String target();

  /** The first header of this name, in any case of letters. */
  Optional<String> header(String name);

  List<String> headers(String name);

  SocketAddress client();

  /** Whether an answer can be streamed: HTTP/1.0 clients receive whole ones only. */
  boolean canStream();

  /** The event loop of the client's connection. */
  Executor executor();

  /**
   * Completes with the whole body. Fails if the body exceeds a limit, and the client was answered,
   * or if the client disconnects before its end; the endpoint doesn't answer then.
   */
  CompletableFuture<byte[]> body();

  /** Completes when the client has disconnected before the end of its answer. */
  CompletableFuture<Void> clientLeft();

  /**
   * Sends the whole answer.
   *
   * @throws IllegalArgumentException if a header holds a line break or another control character
   */
  void answer(EndpointAnswer answer);

  /** Begins an answer of unknown length; its headers are sent at once. */
  AnswerStream stream(int status, String contentType, Map<String, String> headers);

  /**
   * Answers 101 and hands the channel over, on its event loop and once the body has arrived: the
   * handler reads what the client sends from now on.
   */
  Channel upgrade(HttpResponse switching, ChannelHandler handler);

  /** A streamed answer; any thread, one call after the other. */
  interface AnswerStream {
    /** Sends bytes at once, as one chunk. */
    void write(byte[] bytes);

    /** Whether the client's channel is unwritable: it reads slower than the answer is written. */
    boolean isFull();

    /**
     * Runs the task once the channel is writable, on the event loop: at once if it is. The client
     * is disconnected if it doesn't read for as long as it may pause while it sends a body. Not
     * while another task waits; the task isn't run if the client leaves.
     */
    void whenWritable(Runnable task);

    /** Sends the last bytes and ends the answer. */
    void finish(byte[] bytes);
  }
}
