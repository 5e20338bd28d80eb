package io.gridfleet.lb.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A TCP relay with latency in both directions; {@link #cut} drops the bytes under way. */
final class SlowLink implements AutoCloseable {
  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ServerSocket listening;
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private volatile Duration latency = Duration.ZERO;
  private volatile boolean down;

  SlowLink(String hostAndPort) throws IOException {
    int colon = hostAndPort.lastIndexOf(':');
    target =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  String hostAndPort() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  void latency(Duration oneWay) {
    latency = oneWay;
  }

  /** Breaks all connections, refuses new ones, and drops what was on its way. */
  void cut() throws IOException {
    down = true;
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }

  void restore() {
    latency = Duration.ZERO;
    down = false;
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      if (down) {
        client.close();
        continue;
      }
      Socket server = new Socket(target.getAddress(), target.getPort());
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      open.add(client);
      open.add(server);
      daemon(() -> copy(client, server));
      daemon(() -> copy(server, client));
    }
  }

  private void copy(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        byte[] piece = Arrays.copyOf(bytes, read);
        later.schedule(() -> pass(piece, out), latency.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  private static boolean pass(byte[] piece, OutputStream out) throws IOException {
    out.write(piece);
    return true;
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
            "slow-link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cut();
    later.shutdownNow();
  }
}
