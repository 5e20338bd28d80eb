package io.gridfleet.lb.lab;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A TCP relay to a server, with latency in both directions. It can be cut, as if the server
 * stopped, and restored at the same port; or frozen, as if the server hung.
 */
public final class TcpLink implements AutoCloseable {
  private final InetSocketAddress target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
  private final ReentrantReadWriteLock flow = new ReentrantReadWriteLock();
  private final AtomicLong fromClients = new AtomicLong();
  private volatile ServerSocket listening;
  private volatile Duration latency = Duration.ZERO;

  public TcpLink(String hostAndPort) throws IOException {
    int colon = hostAndPort.lastIndexOf(':');
    target =
        new InetSocketAddress(
            hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    listening = listen(0);
    port = listening.getLocalPort();
    accept(listening);
  }

  public String hostAndPort() {
    return "127.0.0.1:" + port;
  }

  /** Delays bytes from now on; what is under way must not be overtaken, so it never gets less. */
  public void latency(Duration oneWay) {
    if (oneWay.compareTo(latency) < 0) {
      throw new IllegalArgumentException("less than " + latency);
    }
    latency = oneWay;
  }

  /** Refuses new connections, breaks those that are there, and drops what was on its way. */
  public void cut() throws IOException {
    listening.close();
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }

  public void restore() throws IOException {
    listening = listen(port);
    accept(listening);
  }

  /** Returns how often clients have sent something: once for each short request. */
  public long requests() {
    return fromClients.get();
  }

  /** Holds bytes back from now on; the same thread must call {@link #thaw}. */
  public void freeze() {
    flow.writeLock().lock();
  }

  public void thaw() {
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
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(client);
            open.add(server);
            daemon(() -> copy(client, server, fromClients));
            daemon(() -> copy(server, client, new AtomicLong()));
            if (from.isClosed()) {
              client.close();
              server.close();
            }
          }
        });
  }

  /** The end of a stream arrives after its bytes. */
  private void copy(Socket from, Socket to, AtomicLong pieces) throws IOException {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        pieces.incrementAndGet();
        byte[] piece = Arrays.copyOf(bytes, read);
        afterLatency(() -> out.write(piece));
      }
    } finally {
      afterLatency(
          () -> {
            from.close();
            to.close();
          });
    }
  }

  private void afterLatency(Step step) {
    try {
      later.schedule(() -> inFlow(step), latency.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      // cut, with everything that was on its way
    }
  }

  private boolean inFlow(Step step) throws IOException {
    flow.readLock().lock();
    try {
      step.run();
      return true;
    } finally {
      flow.readLock().unlock();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void daemon(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException cut) {
                Thread.currentThread().interrupt();
              }
            },
            "tcp-link");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    cut();
    later.shutdownNow();
  }
}
