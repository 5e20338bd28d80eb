package io.gridfleet.lb.api.http;

import java.util.Iterator;
import java.util.Map;

/** A response of the API. The HTTP endpoint adds Content-Length or chunking. */
public sealed interface ApiAnswer {
  int status();

  /** Returns the headers as sent, with {@code Content-Type} if there is a body. */
  Map<String, String> headers();

  /** A response with a complete body. */
  @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
  record Whole(int status, Map<String, String> headers, byte[] body) implements ApiAnswer {
    public Whole {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * A response whose body is made in pieces while the client reads it: a list that is too large to
   * be built whole.
   *
   * @param pieces used by one thread at a time, each piece small
   */
  record Pieces(int status, Map<String, String> headers, Iterator<byte[]> pieces)
      implements ApiAnswer {
    public Pieces {
      headers = Map.copyOf(headers);
    }
  }

  /** A response that is streamed until one side closes it. */
  record Stream(int status, Map<String, String> headers, Source source) implements ApiAnswer {
    public Stream {
      headers = Map.copyOf(headers);
    }
  }

  /** The producer of a {@link Stream}'s bytes. */
  interface Source {
    /**
     * Starts sending. Called once, after the head is written.
     *
     * @return the subscription, closed when the client disconnects or the server stops
     */
    Subscription open(Sink sink);
  }

  /** The consumer of a {@link Stream}'s bytes. Called on any thread; doesn't block. */
  interface Sink {
    /**
     * Sends one chunk.
     *
     * @return false if the client is too slow or has disconnected; the source then stops
     */
    boolean send(byte[] bytes);
  }

  /** An open stream. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
