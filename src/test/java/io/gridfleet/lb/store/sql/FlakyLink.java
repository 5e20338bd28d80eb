package io.gridfleet.lb.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A connection to a server that can be cut, as if the server stopped, and restored at the same
 * port; or frozen, as if the server hung.
 */
final class FlakyLink implements AutoCloseable {
  private final InetSocketAddress target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantReadWriteLock flow = new ReentrantReadWriteLock();
  private volatile ServerSocket listening;

  FlakyLink(String hostAndPort) throws IOException {
    int colon = hostAndPort.lastIndexOf(':');
    this.target =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    this.listening = listen(0);
    this.port = listening.getLocalPort();
    accept(listening);
  }

  String hostAndPort() {
    return "127.0.0.1:" + port;
  }

  /** Refuses new connections and breaks those that are there. */
  void cut() throws IOException {
    listening.close();
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }

  void restore() throws IOException {
    listening = listen(port);
    accept(listening);
  }

  /** Delays bytes from now on; the same thread must call {@link #thaw}. */
  void freeze() {
    flow.writeLock().lock();
  }

  void thaw() {
    flow.writeLock().unlock();
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private void accept(ServerSocket from) {
    daemon(
        () -> {
          while (!from.isClosed()) {
            Socket client = from.accept();
            Socket server = new Socket(target.getAddress(), target.getPort());
            open.add(client);
            open.add(server);
            copy(client, server);
            copy(server, client);
            if (from.isClosed()) {
              client.close();
              server.close();
            }
          }
        });
  }

  private void copy(Socket from, Socket to) {
    daemon(
        () -> {
          try (from;
              to;
              InputStream in = from.getInputStream();
              OutputStream out = to.getOutputStream()) {
            byte[] bytes = new byte[8192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
              flow.readLock().lock();
              try {
                out.write(bytes, 0, read);
              } finally {
                flow.readLock().unlock();
              }
            }
          }
        });
  }

  private interface Piece {
    void run() throws IOException;
  }

  private static void daemon(Piece piece) {
    Thread thread =
        new Thread(
            () -> {
              try {
                piece.run();
              } catch (IOException cut) {
                Thread.currentThread().interrupt();
              }
            },
            "flaky-link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    cut();
  }
}
