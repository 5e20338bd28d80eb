package io.gridfleet.lb.node;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A node made of a plain socket, whose input and output are given byte by byte. */
public final class RawNode implements AutoCloseable {
  /** The behaviour of a connection from its first byte to its last; it is closed afterwards. */
  @FunctionalInterface
  public interface Script {
    void serve(Wire wire) throws IOException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

  public RawNode(Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /** Answers every request, whatever it is, with the same bytes; keeps the connection. */
  public static RawNode answering(String answer) throws IOException {
    return new RawNode(
        wire -> {
          while (true) {
            String head = wire.head();
            if (head.isEmpty()) {
              return;
            }
            wire.body(head);
            wire.write(answer);
          }
        });
  }

  public static String json(int status, String body) {
    return "HTTP/1.1 "
        + status
        + " X\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  public NodeAddress address() {
    return NodeAddress.of(URI.create("http://127.0.0.1:" + listener.getLocalPort()));
  }

  public NodeAddress address(String basePath) {
    return NodeAddress.of(URI.create("http://127.0.0.1:" + listener.getLocalPort() + basePath));
  }

  public int port() {
    return listener.getLocalPort();
  }

  public int accepted() {
    return accepted.get();
  }

  /** The heads of requests read so far, oldest first. */
  public BlockingQueue<String> heads() {
    return heads;
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "raw-node");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        accepted.incrementAndGet();
        sockets.add(socket);
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Wire(socket));
    } catch (IOException e) {
      // the other side has closed, or the test has ended
    } finally {
      sockets.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One connection, read and written in units of HTTP. */
  public final class Wire implements Closeable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Wire(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      this.out = socket.getOutputStream();
    }

    /** Up to the empty line; empty at the end of the stream. */
    public String head() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return "";
        }
        head.append((char) next);
      }
      heads.add(head.toString());
      return head.toString();
    }

    /** The body that the head announces by its length; none without. */
    public String body(String head) throws IOException {
      int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("content-length:");
      if (at < 0) {
        return "";
      }
      int end = head.indexOf('\r', at);
      int length = Integer.parseInt(head.substring(at + 15, end).trim());
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    public int read() throws IOException {
      return in.read();
    }

    public int read(byte[] into) throws IOException {
      return in.read(into);
    }

    public String read(int bytes) throws IOException {
      return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    public void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.UTF_8));
    }

    public void write(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    public void endOutput() throws IOException {
      socket.shutdownOutput();
    }

    /** Ends the connection with a reset. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
