package io.gridfleet.lb.lab;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A client that sends and receives raw bytes of HTTP. Every read has a timeout. */
public final class Wire implements AutoCloseable {
  private static final int NO_CONTENT = 204;

  private final Socket socket;
  private final InputStream in;

  private Wire(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Connects to host and port of the URL; reads time out after ten seconds. */
  public static Wire to(URI url) throws IOException {
    return to(url.getPort(), Duration.ofSeconds(10));
  }

  public static Wire to(int port, Duration patience) throws IOException {
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) patience.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2000);
    return new Wire(socket);
  }

  /** Sends the text, Latin-1, as it is: line ends are the caller's. */
  public Wire send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public Wire send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** A request with a JSON body and its length. */
  public Wire request(String method, String path, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String length = bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n";
    send(method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + length + "\r\n");
    return send(bytes);
  }

  /** Closes the output side, and keeps reading. */
  public Wire halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Closes so that the peer gets a reset. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Waits until there is something to read, without reading it. */
  public void untilReadable() throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      throw new EOFException("the peer closed");
    }
    in.reset();
  }

  /** One line without its end. */
  public String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = read(); next != '\n'; next = read()) {
      line.write(next);
    }
    return line.toString(StandardCharsets.ISO_8859_1).replaceFirst("\r$", "");
  }

  /** Exactly so many bytes. */
  public byte[] readBytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("wanted " + count + " bytes, got " + bytes.length);
    }
    return bytes;
  }

  /** All that comes until the peer closes. */
  public byte[] readToEnd() throws IOException {
    return in.readAllBytes();
  }

  /** Whether the peer closes, or resets, within the timeout without sending a byte. */
  public boolean closedByPeer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Status line and headers up to the empty line. */
  public Head readHead() throws IOException {
    String statusLine = readLine();
    Map<String, String> headers = new HashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.merge(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip(),
          (first, second) -> first + ", " + second);
    }
    return new Head(statusLine, headers);
  }

  /** A whole response, its body by length, by chunks, or up to the end. */
  public Response readResponse() throws IOException {
    Head head = readHead();
    if (head.header("transfer-encoding").equalsIgnoreCase("chunked")) {
      return new Response(head, readChunks());
    }
    String length = head.status() == NO_CONTENT ? "0" : head.header("content-length");
    return new Response(head, length.isEmpty() ? readToEnd() : readBytes(Integer.parseInt(length)));
  }

  private byte[] readChunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
      body.writeBytes(chunk);
    }
    return body.toByteArray();
  }

  /** The next chunk; an empty one is the last, whose trailers have been read then. */
  public byte[] readChunk() throws IOException {
    int size = Integer.parseInt(readLine().replaceFirst(";.*", "").strip(), 16);
    byte[] chunk = readBytes(size);
    String after = readLine();
    while (size == 0 && !after.isEmpty()) {
      after = readLine();
    }
    return chunk;
  }

  private int read() throws IOException {
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the peer closed");
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A status line and its headers, names in lower case. */
  public record Head(String statusLine, Map<String, String> headers) {
    public int status() {
      return Integer.parseInt(statusLine.split(" ", 3)[1]);
    }

    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** A response as received. */
  public record Response(Head head, byte[] body) {
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }
}
