package io.gridfleet.lb.api.http;

import java.util.Map;

/** What the front door sends back. Content-Length or chunking are the front door's business. */
public sealed interface ApiAnswer {
  int status();

  /** Names as they are sent; {@code Content-Type} included where there is a body. */
  Map<String, String> headers();

  /** An answer that is all there. */
  record Whole(int status, Map<String, String> headers, byte[] body) implements ApiAnswer {
    public Whole {
      headers = Map.copyOf(headers);
    }
  }

  /** An answer that goes on until one side closes it. */
  record Stream(int status, Map<String, String> headers, Source source) implements ApiAnswer {
    public Stream {
      headers = Map.copyOf(headers);
    }
  }

  /** Where the bytes of a {@link Stream} come from. */
  interface Source {
    /**
     * Begins to send. Called once, when the head is written.
     *
     * @return to be closed when the client has gone or the server stops
     */
    Subscription open(Sink sink);
  }

  /** Where the bytes of a {@link Stream} go; called on any thread, must not block. */
  interface Sink {
    /**
     * Sends one piece.
     *
     * @return false when the client is too slow or gone: the source then gives up
     */
    boolean send(byte[] bytes);
  }

  /** An open stream. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
