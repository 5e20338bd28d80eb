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
 * One request that we answer ourselves, and its answer. Reading is done on the event loop that
 * called the endpoint; {@link #answer} and {@link #stream} may be called from any thread, one of
 * them once. What comes after the client has left is dropped.
 */
public interface Exchange {
  Route route();

  String method();

  /** As the client sent it: base and query included. May hold a token. */
  String target();

  /** The first header of this name, in any case of letters. */
  Optional<String> header(String name);

  List<String> headers(String name);

  SocketAddress client();

  /** Whether an answer can be streamed: HTTP/1.0 clients get whole ones only. */
  boolean canStream();

  /** The event loop of the client's connection. */
  Executor executor();

  /**
   * The whole body. If it is over the limit, the client gets 413 and the future fails; if the
   * client leaves before its end, the future fails. Nothing needs answering then.
   */
  CompletableFuture<byte[]> body();

  /** Completes when the client has closed its connection before the end of its answer. */
  CompletableFuture<Void> clientLeft();

  /**
   * Sends the whole answer.
   *
   * @throws IllegalArgumentException if a header holds a line break or another control character
   */
  void answer(EndpointAnswer answer);

  /** Starts an answer of unknown length; its headers are sent at once. */
  AnswerStream stream(int status, String contentType, Map<String, String> headers);

  /**
   * Answers 101 and gives the channel away, on its event loop and once the body has arrived: what
   * the client sends from now on is read by this handler.
   */
  Channel upgrade(HttpResponse switching, ChannelHandler handler);

  /** An answer that grows; any thread, one call after the other. */
  interface AnswerStream {
    /** Sends bytes at once, as one chunk. */
    void write(byte[] bytes);

    /** Bytes that were written and that the client hasn't taken yet are too many. */
    boolean isFull();

    /** Sends the last bytes and ends the answer. */
    void finish(byte[] bytes);
  }
}
