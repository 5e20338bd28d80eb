package io.gridfleet.lb.lab;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A client of WebDriver BiDi on the JDK's WebSocket: sends messages, reads them one by one. */
public final class BidiConnection implements WebSocket.Listener, AutoCloseable {
  private static final int PATIENCE_SECONDS = 60;
  private static final int UNPINGED_SECONDS = 3;

  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> pong = new CompletableFuture<>();
  private final StringBuilder part = new StringBuilder();
  private @Nullable WebSocket socket;

  private BidiConnection() {}

  /** Performs the handshake; fails with the JDK's exception if it is refused. */
  public static BidiConnection to(String url, String... headers) throws Exception {
    BidiConnection connection = new BidiConnection();
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    for (int i = 0; i < headers.length; i += 2) {
      builder.header(headers[i], headers[i + 1]);
    }
    connection.socket =
        builder.buildAsync(URI.create(url), connection).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return connection;
  }

  private WebSocket socket() {
    return Objects.requireNonNull(socket);
  }

  /** Sends a text message, single quotes for double. */
  public BidiConnection send(String message) throws Exception {
    sendAsIs(message.replace('\'', '"'));
    return this;
  }

  /** Sends a text message. */
  public void sendAsIs(String message) throws Exception {
    socket().sendText(message, true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a text message of which the peer may not read the end. */
  public void sendWhatMayBeCut(String message) throws Exception {
    socket()
        .sendText(message, true)
        .exceptionally(cut -> socket())
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Sends a text message in two fragments. */
  public BidiConnection sendInTwo(String message) throws Exception {
    String text = message.replace('\'', '"');
    socket().sendText(text.substring(0, 7), false).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    socket().sendText(text.substring(7), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return this;
  }

  /** Sends the first fragment of a text message; returns when the peer has read it. */
  public void sendBeginning(String text) throws Exception {
    socket().sendText(text, false).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    socket().sendPing(ByteBuffer.allocate(0)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    pong.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** The next message. */
  public JsonNode read() throws Exception {
    String message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message; closed: " + closed.isDone());
    }
    return JsonClient.JSON.readTree(message);
  }

  /** The answer to the command with this id; what comes before it is skipped. */
  public JsonNode answer(long id) throws Exception {
    JsonNode message = read();
    while (message.path("id").asLong(-1) != id) {
      message = read();
    }
    return message;
  }

  /**
   * The status with which the peer closed; 1006 without a close frame. The JDK's client can miss
   * the end of a connection that comes without one just after a message: it learns of that by a
   * ping, which is refused.
   */
  public int closed() throws Exception {
    try {
      return closed.get(UNPINGED_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException missedOrOpen) {
      await("the end of the connection")
          .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
          .until(this::isClosedOrPinged);
      return closed.join();
    }
  }

  private boolean isClosedOrPinged() {
    if (!closed.isDone()) {
      socket()
          .sendPing(ByteBuffer.allocate(0))
          .whenComplete(
              (sent, failure) -> {
                if (failure != null) {
                  closed.complete(1006);
                }
              });
    }
    return closed.isDone();
  }

  /** Closes with a close frame; nothing if the peer has closed. */
  @Override
  public void close() {
    socket()
        .sendClose(WebSocket.NORMAL_CLOSURE, "")
        .exceptionally(alreadyClosed -> socket())
        .join();
  }

  /** Disconnects without a close frame. */
  public void abort() {
    socket().abort();
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    part.append(data);
    if (last) {
      messages.add(part.toString());
      part.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
    pong.complete(null);
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closed.complete(status);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    closed.complete(1006);
  }
}
